package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.list.Lists;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last requests of one workspace. Its monitor is a leaf: whoever holds it calls nobody.
 *
 * <p>Entries are rows in arrays that later entries use again. As objects, each of which lives for a thousand requests, they would be
 * most of what the garbage collector has to copy.
 *
 * <p>Entries have numbers without gaps, because only the oldest goes. The first number comes from the time, so that a cursor of
 * a log that is gone, by a restart or for lack of room, does not fit into the one that followed it.
 */
final class WorkspaceLog {
    private static final int NUMBERS_PER_MILLISECOND_BITS = 12;
    private static final int ENTRIES_AT_FIRST = 8;
    private static final byte[] NOTHING = {};
    private static final byte[][] NONE = {};

    private final Id workspace;
    private byte[][] rows = NONE;
    private int oldest;
    private int count;
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
    Added add(Entry entry) {
        RowWriter row = entry.row();
        synchronized (this) {
            if (gone) {
                row.drop();
                return Added.NOT;
            }
            boolean full = count == Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
            if (full) {
                oldest = index(1);
            } else {
                makeRoom();
                count++;
            }
            int newest = index(count - 1);
            byte[] before = rows[newest];
            byte[] now = row.rowIn(before);
            if (now != before) {
                rows[newest] = now;
            }
            last++;
            return full ? Added.REPLACING : Added.GROWING;
        }
    }

    private void makeRoom() {
        if (count < rows.length) {
            return;
        }
        int more = Math.min(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX, Math.max(ENTRIES_AT_FIRST, 2 * rows.length));
        byte[][] moved = new byte[more][];
        Arrays.fill(moved, NOTHING);
        for (int i = 0; i < count; i++) {
            moved[i] = rows[index(i)];
        }
        rows = moved;
        oldest = 0;
    }

    /** Where the entry stands before which so many are older. */
    private int index(int older) {
        int index = oldest + older;
        return index < rows.length ? index : index - rows.length;
    }

    /** Gives up the oldest entry; true if it was the last one, and then nothing is added any more. */
    synchronized boolean dropOldest() {
        if (gone) {
            return false;
        }
        if (count > 0) {
            rows[oldest] = NOTHING;
            oldest = index(1);
            count--;
        }
        gone = count == 0;
        return gone;
    }

    /** Forgets all; nothing is added any more. */
    synchronized void end() {
        gone = true;
        count = 0;
        rows = NONE;
    }

    synchronized @Nullable Entry find(Id id) {
        for (int i = 0; i < count; i++) {
            byte[] row = rows[index(i)];
            if (Entry.isOf(id, row)) {
                return Entry.of(row);
            }
        }
        return null;
    }

    /** The entries as they are now. */
    synchronized Lists.Items items() {
        byte[][] copies = new byte[count][];
        for (int i = 0; i < count; i++) {
            copies[i] = rows[index(i)].clone();
        }
        return new Copy(copies, last);
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

    /** Entries by number, newest last. */
    private record Copy(byte[][] rows, long last) implements Lists.Items {
        @Override
        public long next(long edge) {
            long number = Math.min(edge - 1, last);
            return number > last - rows.length ? number : Rows.NONE;
        }

        @Override
        public byte[] item(long number) {
            return Entry.of(rows[rows.length - 1 - (int) (last - number)]).json();
        }
    }
}
