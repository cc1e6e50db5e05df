package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.lang.invoke.VarHandle;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows that belong together beside a writer: again if the writer was quicker, and inside the writer lock after some
 * tries.
 */
final class ConsistentReads {
    private final StoreTables tables;
    private final WriterLock writer;
    private final InFlight inFlight;

    ConsistentReads(StoreTables tables, WriterLock writer, InFlight inFlight) {
        this.tables = tables;
        this.writer = writer;
        this.inFlight = inFlight;
    }

    /**
     * Reads. The reader may run more than once.
     *
     * @param maySleep whether it may wait for the writer lock
     * @throws WriterBusyException if it may not, and another thread has the lock for longer than a moment
     */
    <T extends @Nullable Object> T read(View view, Function<? super View, T> reader, boolean maySleep) {
        for (int tries = 0; tries < Limits.READ_TRIES_MAX; tries++) {
            long before = tables.version();
            view.begin();
            if ((before & 1) == 0) {
                try {
                    T result = reader.apply(view);
                    // The words of the sets are plain memory: all of them have to be read before the version is.
                    VarHandle.acquireFence();
                    if (view.standsAlone() || tables.version() == before) {
                        return result;
                    }
                } catch (RuntimeException e) {
                    if (tables.version() == before) {
                        throw e;
                    }
                }
            }
            Thread.onSpinWait();
        }
        if (maySleep) {
            writer.lock();
        } else if (!writer.tryLock()) {
            throw WriterBusyException.NOW;
        }
        try {
            tables.requireOpen();
            inFlight.checkReign();
            writer.readBegins();
            view.begin();
            return reader.apply(view);
        } finally {
            writer.unlock();
        }
    }
}
