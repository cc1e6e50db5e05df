package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.list.Lists;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last requests of one workspace. Its monitor is a leaf: whoever holds it calls nobody.
 *
 * <p>Only the newest entries are objects; the others are packed, {@value #PACKED} to an array. Each lives for a thousand requests, and as
 * objects they would be most of what a garbage collection copies.
 *
 * <p>Entries have numbers without gaps, because only the oldest goes. The first number comes from the time, so that a cursor of
 * a log that is gone, by a restart or for lack of room, does not fit into the one that followed it.
 */
final class WorkspaceLog {
    private static final int NUMBERS_PER_MILLISECOND_BITS = 12;
    private static final int PACKED = 32;

    private final Id workspace;
    private final ArrayDeque<byte[]> packed = new ArrayDeque<>();
    private final LogEntry[] fresh = new LogEntry[PACKED];
    private int freshCount;

    /** Of the oldest array, entries that are given up. */
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

    /** Adds an entry, in the place of the oldest one if there are enough. */
    synchronized Added add(LogEntry logEntry) {
        if (gone) {
            return Added.NOT;
        }
        if (freshCount == PACKED) {
            // Before anything is changed: where there is no memory for it, the next request tries again.
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

    /** Gives up the oldest entry; true if it was the last one, and then nothing is added any more. */
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

    /** Forgets all; nothing is added any more. */
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

    /** The entries as they are now. */
    synchronized Copy items() {
        return new Copy(packed.toArray(byte[][]::new), Arrays.copyOf(fresh, freshCount), count(), last);
    }

    /** What came of adding. */
    enum Added {
        /** This log is gone. */
        NOT,
        /** There is one more. */
        GROWING,
        /** There are as many as before. */
        REPLACING
    }

    /** Entries by number, newest last. Not thread-safe. */
    static final class Copy implements Lists.Items {
        private final byte[][] packed;
        private final LogEntry[] fresh;
        private final int count;
        private final long last;

        /** The entries of the array that was asked for last. */
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
