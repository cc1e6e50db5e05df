package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.list.Lists;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last requests of one workspace. Its monitor is a leaf: its holder takes no other lock.
 *
 * <p>Only the newest entries are objects; the others are packed, {@value #PACKED} to an array. Each entry lives for a
 * thousand requests. As objects, the entries would be most of what a garbage collection copies.
 *
 * <p>Entries have numbers without gaps, because only the oldest is dropped. The first number comes from the time. So a
 * cursor of an earlier log, lost by a restart or for lack of room, does not fit its successor.
 */
final class WorkspaceLog {
    private static final int NUMBERS_PER_MILLISECOND_BITS = 12;
    private static final int PACKED = 32;

    private final Id workspace;
    private final ArrayDeque<byte[]> packed = new ArrayDeque<>();
    private final LogEntry[] fresh = new LogEntry[PACKED];
    private int freshCount;

    /** Entries of the oldest array that are dropped. */
    private int dropped;

    private long last;
    private boolean gone;

    WorkspaceLog(Id workspace, long nowMillis) {
        this.workspace = workspace;
        this.last = nowMillis << NUMBERS_PER_MILLISECOND_BITS;
    }

    Id workspace() {
        return workspace;
    }

    /** Adds an entry. It replaces the oldest one if the log is full. */
    synchronized Added add(LogEntry logEntry) {
        if (gone) {
            return Added.NOT;
        }
        if (freshCount == PACKED) {
            // Packed before anything is changed, so that the next request tries again if there is no memory for it.
            packed.add(LogEntry.pack(fresh));
            freshCount = 0;
        }
        boolean full = count() >= Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
        if (full) {
            drop();
        }
        fresh[freshCount++] = logEntry;
        last++;
        return full ? Added.REPLACING : Added.GROWING;
    }

    private int count() {
        return packed.size() * PACKED - dropped + freshCount;
    }

    private void drop() {
        if (packed.isEmpty()) {
            freshCount--;
            System.arraycopy(fresh, 1, fresh, 0, freshCount);
        } else if (++dropped == PACKED) {
            packed.remove();
            dropped = 0;
        }
    }

    /** Drops the oldest entry. Returns true if it was the last one; nothing is added any more then. */
    synchronized boolean dropOldest() {
        if (gone) {
            return false;
        }
        if (count() > 0) {
            drop();
        }
        gone = count() == 0;
        return gone;
    }

    /** Forgets all entries. Nothing is added any more. */
    synchronized void end() {
        gone = true;
        packed.clear();
        freshCount = 0;
        dropped = 0;
    }

    @Nullable
    LogEntry find(Id id) {
        Copy copy = items();
        for (long number = copy.next(Long.MAX_VALUE); number != Rows.NONE; number = copy.next(number)) {
            LogEntry logEntry = copy.entry(number);
            if (logEntry.id().equals(id)) {
                return logEntry;
            }
        }
        return null;
    }

    /** Returns the entries as they are now. */
    synchronized Copy items() {
        return new Copy(packed.toArray(byte[][]::new), Arrays.copyOf(fresh, freshCount), count(), last);
    }

    /** The result of adding an entry. */
    enum Added {
        /** The log takes no more entries. */
        NOT,
        /** The log has one more entry. */
        GROWING,
        /** The log has as many entries as before. */
        REPLACING
    }

    /** Entries by number, newest last. Not thread-safe. */
    static final class Copy implements Lists.Items {
        private final byte[][] packed;
        private final LogEntry[] fresh;
        private final int count;
        private final long last;

        /** The entries of the array that was read last. */
        private LogEntry[] unpacked = {};

        private int unpackedArray = -1;

        private Copy(byte[][] packed, LogEntry[] fresh, int count, long last) {
            this.packed = packed;
            this.fresh = fresh;
            this.count = count;
            this.last = last;
        }

        @Override
        public long next(long edge) {
            long number = Math.min(edge - 1, last);
            return number > last - count ? number : Rows.NONE;
        }

        @Override
        public byte[] item(long number) {
            return entry(number).json();
        }

        LogEntry entry(long number) {
            int index = packed.length * PACKED + fresh.length - 1 - (int) (last - number);
            int array = index / PACKED;
            if (array == packed.length) {
                return fresh[index % PACKED];
            }
            if (array != unpackedArray) {
                unpacked = LogEntry.unpack(packed[array], PACKED);
                unpackedArray = array;
            }
            return unpacked[index % PACKED];
        }
    }
}
