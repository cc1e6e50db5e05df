package dev.plinth.engine.internal.store.memory.arena;

import java.lang.ref.Cleaner;
import net.openhft.chronicle.core.OS;

/**
 * A block of memory off the heap that is freed once its owner is unreachable.
 *
 * <p>Not when the owner is closed, because a late reader may have computed an address already, and an access to freed
 * memory ends the process. An owner keeps itself reachable ({@link java.lang.ref.Reference#reachabilityFence}) as long
 * as it uses an address.
 */
final class OwnedMemory implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long bytes;
    private volatile long address;

    private OwnedMemory(long bytes) {
        this.bytes = bytes;
    }

    /** Returns the address of new memory, whose bytes are undefined. If there is none, nothing changes. */
    static long allocate(Object owner, long bytes) {
        OwnedMemory memory = new OwnedMemory(bytes);
        // First, because memory that was allocated must not depend on there being memory for this.
        CLEANER.register(owner, memory);
        long address = OS.memory().allocate(bytes);
        memory.address = address;
        return address;
    }

    /** Frees the memory. The cleaner calls it once. */
    @Override
    public void run() {
        if (address != 0) {
            OS.memory().freeMemory(address, bytes);
        }
    }
}
