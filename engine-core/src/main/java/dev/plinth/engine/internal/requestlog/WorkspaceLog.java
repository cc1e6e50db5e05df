package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.list.Lists;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The last requests of one workspace. Its monitor is a leaf: whoever holds it calls nobody.
 *
 * <p>Entries have numbers without gaps, because only the oldest goes. The first number comes from the time, so that a cursor of
 * a log that is gone, by a restart or for lack of room, does not fit into the one that followed it.
 */
final class WorkspaceLog {
    private static final int NUMBERS_PER_MILLISECOND_BITS = 12;

    private final Id workspace;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
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
    synchronized Added add(Entry entry) {
        if (gone) {
            return Added.NOT;
        }
        boolean full = entries.size() >= Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
        if (full) {
            entries.remove();
        }
        entries.add(entry);
        last++;
        return full ? Added.REPLACING : Added.GROWING;
    }

    /** Gives up the oldest entry; true if it was the last one, and then nothing is added any more. */
    synchronized boolean dropOldest() {
        if (gone) {
            return false;
        }
        entries.poll();
        gone = entries.isEmpty();
        return gone;
    }

    /** Forgets all; nothing is added any more. */
    synchronized void end() {
        gone = true;
        entries.clear();
    }

    synchronized @Nullable Entry find(Id id) {
        for (Entry entry : entries) {
            if (entry.id().equals(id)) {
                return entry;
            }
        }
        return null;
    }

    /** The entries as they are now. */
    synchronized Lists.Items items() {
        return new Copy(entries.toArray(Entry[]::new), last);
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
    private static final class Copy implements Lists.Items {
        private final Entry[] entries;
        private final long last;

        Copy(Entry[] entries, long last) {
            this.entries = entries;
            this.last = last;
        }

        @Override
        public long next(long edge) {
            long number = Math.min(edge - 1, last);
            return number > last - entries.length ? number : Rows.NONE;
        }

        @Override
        public byte[] item(long number) {
            return entries[entries.length - 1 - (int) (last - number)].json();
        }
    }
}
