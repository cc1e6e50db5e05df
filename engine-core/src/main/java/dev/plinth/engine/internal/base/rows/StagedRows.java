package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.settings.RetentionTimes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Shows rows as they will be after writes that no record has yet, with the sets that follow from them. The rows below
 * must not change meanwhile. Not thread-safe.
 */
public final class StagedRows implements Rows {
    /** Bytes around the key and the row of a write in a record, rounded up. */
    private static final int WRITE_BYTES = 8;

    private final Rows base;
    private final Map<RowKey, Staged> staged = new LinkedHashMap<>();
    private final Map<SetKey, Members> sets = new HashMap<>();
    private final Map<Long, RowKey> places = new HashMap<>();
    private final Memberships memberships = new SetWriter();
    private long bytes;

    /** Shows these rows without a change. */
    public StagedRows(Rows base) {
        this.base = base;
    }

    /** Adds a write. The rows and sets show it from now on. */
    public void stage(Changes.Write write) {
        RowKey key = new RowKey(write.table(), write.key());
        Staged known = staged.get(key);
        byte[] before = known == null ? base.get(write.table(), write.key()) : known.row;
        if (known == null) {
            if (before != null) {
                write.table().index().update(write.table(), write.key(), before, null, new PlaceFinder(key));
            }
            staged.put(key, new Staged(write.row(), before != null));
        } else {
            bytes -= size(key, known.row);
            known.row = write.row();
        }
        bytes += size(key, write.row());
        write.table().index().update(write.table(), write.key(), before, write.row(), memberships);
    }

    private static int size(RowKey key, byte @Nullable [] row) {
        return WRITE_BYTES + key.key().length + (row == null ? 0 : row.length);
    }

    /** Returns about the bytes that the writes take in a record, and never fewer. */
    public long bytes() {
        return bytes;
    }

    /** Returns the number of rows that were written. */
    public int count() {
        return staged.size();
    }

    /** Returns one write for each row that is left different, in the order in which the rows were first written. */
    public List<Changes.Write> writes() {
        List<Changes.Write> writes = new ArrayList<>(staged.size());
        staged.forEach((key, row) -> {
            if (row.row != null || row.wasThere) {
                writes.add(new Changes.Write(key.table(), key.key(), row.row));
            }
        });
        return writes;
    }

    @Override
    public byte @Nullable [] get(TableName<?> table, byte[] key) {
        Staged row = staged.get(new RowKey(table, key));
        return row == null ? base.get(table, key) : row.row;
    }

    @Override
    public long floor(SetKey set, long number) {
        Members members = sets.get(set);
        long found = base.floor(set, number);
        if (members == null) {
            return found;
        }
        while (found != NONE && members.removed.contains(found)) {
            found = found == 0 ? NONE : base.floor(set, found - 1);
        }
        Long added = members.added.floor(number);
        return added == null ? found : Math.max(found, added);
    }

    @Override
    public long ceiling(SetKey set, long number) {
        Members members = sets.get(set);
        long found = base.ceiling(set, number);
        if (members == null) {
            return found;
        }
        while (found != NONE && members.removed.contains(found)) {
            found = base.ceiling(set, found + 1);
        }
        Long added = members.added.ceiling(number);
        return added == null ? found : found == NONE ? added : Math.min(found, added);
    }

    @Override
    public long size(SetKey set) {
        Members members = sets.get(set);
        long size = base.size(set);
        return members == null ? size : size + members.added.size() - members.removed.size();
    }

    @Override
    public byte @Nullable [] at(long number) {
        RowKey place = places.get(number);
        return place == null ? base.at(number) : get(place.table(), place.key());
    }

    @Override
    public byte @Nullable [] keyAt(long number) {
        RowKey place = places.get(number);
        if (place == null) {
            return base.keyAt(number);
        }
        return get(place.table(), place.key()) == null ? null : place.key();
    }

    @Override
    public long expiryTime(long nowMillis) {
        return base.expiryTime(nowMillis);
    }

    @Override
    public long expiryTime(long beganMillis, long nowMillis) {
        return base.expiryTime(beganMillis, nowMillis);
    }

    @Override
    public RetentionTimes retention() {
        return base.retention();
    }

    /** A written row, and whether there was one before all writes. */
    private static final class Staged {
        private byte @Nullable [] row;
        private final boolean wasThere;

        Staged(byte @Nullable [] row, boolean wasThere) {
            this.row = row;
            this.wasThere = wasThere;
        }
    }

    /** The difference of a set: members that the rows below lack, and members of theirs that are gone. */
    private static final class Members {
        private final TreeSet<Long> added = new TreeSet<>();
        private final Set<Long> removed = new HashSet<>();
    }

    /** Finds the numbers of a row that is about to change, because the rows below would show it as it was. */
    private final class PlaceFinder extends Memberships {
        private final RowKey key;

        PlaceFinder(RowKey key) {
            this.key = key;
        }

        @Override
        public void add(SetKey set, long number) {}

        @Override
        public boolean remove(SetKey set, long number) {
            return false;
        }

        @Override
        public void place(long number, TableName<?> table, byte[] placed) {}

        @Override
        public void unplace(long number) {
            places.put(number, key);
        }
    }

    private final class SetWriter extends Memberships {
        @Override
        public void taken(TableName<?> table) {
            throw new RefusedException(Refusal.takenId(table.name()));
        }

        @Override
        public void add(SetKey set, long number) {
            Members members = sets.computeIfAbsent(set, unknown -> new Members());
            if (!members.removed.remove(number) && base.floor(set, number) != number) {
                members.added.add(number);
            }
        }

        @Override
        public boolean remove(SetKey set, long number) {
            Members members = sets.computeIfAbsent(set, unknown -> new Members());
            if (!members.added.remove(number) && base.floor(set, number) == number) {
                members.removed.add(number);
            }
            return size(set) == 0;
        }

        @Override
        public void place(long number, TableName<?> table, byte[] key) {
            places.put(number, new RowKey(table, key));
        }

        /** Keeps the place, where no row is found any more. */
        @Override
        public void unplace(long number) {}
    }
}
