package dev.plinth.engine.internal.base.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Derives the sets of a table's rows from one function that tells the sets of a row. Applying a row updates its sets, and
 * undoing it restores them. A row that changes leaves the sets that only its old form is in, and enters those that only
 * its new form is in.
 *
 * <p>Pure: the sets follow from the rows alone, are never journaled and are rebuilt by applying.
 *
 * @param reader reads a row
 * @param source tells the sets of a row
 * @param isOfIds true if a key belongs to one row for ever, because it has the row's id or secret in it
 */
public record RowIndex<R>(Function<byte[], R> reader, RowSets.Source<R> source, boolean isOfIds) {
    /** Reads a row as its bytes, which are in no set. */
    static final RowIndex<byte[]> NONE = new RowIndex<>(row -> row, (key, row, sets) -> {});

    private static final int SETS_USUAL = 8;

    /** Makes an index of rows whose keys may come to belong to another row. */
    public RowIndex(Function<byte[], R> reader, RowSets.Source<R> source) {
        this(reader, source, false);
    }

    /** Makes an index of rows whose keys have their ids, so that no row may take the place of another one. */
    public static <R> RowIndex<R> ofIds(Function<byte[], R> reader, RowSets.Source<R> source) {
        return new RowIndex<>(reader, source, true);
    }

    /** Makes an index of rows in no set, whose keys have their ids or secrets. */
    public static RowIndex<byte[]> ofIds() {
        return ofIds(row -> row, (key, row, sets) -> {});
    }

    /**
     * Updates the memberships of a row that changes.
     *
     * @param table the table of the row
     * @param key the row's key
     * @param before the row before the change, or null
     * @param after the row after the change, or null
     * @param memberships takes the memberships
     */
    public void update(
            TableName<?> table,
            byte[] key,
            byte @Nullable [] before,
            byte @Nullable [] after,
            Memberships memberships) {
        if (equals(NONE)) {
            return;
        }
        if (before != null && after != null) {
            SetsOfForm old = sets(key, before);
            SetsOfForm now = sets(key, after);
            if (isOfIds && (old.number == RowSets.NONE || old.number != now.number)) {
                memberships.taken(table);
            }
            old.leave(now, memberships);
            now.enter(old, memberships, table, key);
        } else if (after != null) {
            source.tell(key, reader.apply(after), memberships.entry().of(table, key));
        } else if (before != null) {
            source.tell(key, reader.apply(before), new Exit(memberships));
        }
    }

    /** Reads a row and its sets, and takes nothing. Throws if the row is none of the table. */
    public void requireReadable(byte[] key, byte[] row) {
        SetsOfForm unused = sets(key, row);
    }

    private SetsOfForm sets(byte[] key, byte[] row) {
        SetsOfForm sets = new SetsOfForm();
        source.tell(key, reader.apply(row), sets);
        return sets;
    }

    private static void add(Memberships memberships, SetKey set, long number, @Nullable SetKey groups, long group) {
        memberships.add(set, number);
        if (groups != null) {
            memberships.add(groups, group);
        }
    }

    private static void remove(Memberships memberships, SetKey set, long number, @Nullable SetKey groups, long group) {
        if (memberships.remove(set, number) && groups != null) {
            boolean unused = memberships.remove(groups, group);
        }
    }

    /** Enters a new row into its sets at once. */
    static final class Entry extends RowSets {
        private final Memberships memberships;
        private @Nullable TableName<?> table;
        private byte[] key = {};

        Entry(Memberships memberships) {
            this.memberships = memberships;
        }

        Entry of(TableName<?> ofTable, byte[] ofKey) {
            table = ofTable;
            key = ofKey;
            return this;
        }

        @Override
        public void place(long number) {
            memberships.place(number, Objects.requireNonNull(table), key);
        }

        @Override
        public void member(SetKey set, long number, @Nullable SetKey groups, long group) {
            add(memberships, set, number, groups, group);
        }
    }

    /** Removes a deleted row from its sets at once. */
    private static final class Exit extends RowSets {
        private final Memberships memberships;

        Exit(Memberships memberships) {
            this.memberships = memberships;
        }

        @Override
        public void place(long number) {
            memberships.unplace(number);
        }

        @Override
        public void member(SetKey set, long number, @Nullable SetKey groups, long group) {
            remove(memberships, set, number, groups, group);
        }
    }

    /** Keeps the sets of one form of a row that changes. */
    private static final class SetsOfForm extends RowSets {
        private final List<Member> members = new ArrayList<>(SETS_USUAL);
        private long number = RowSets.NONE;

        @Override
        public void place(long at) {
            number = at;
        }

        @Override
        public void member(SetKey set, long at, @Nullable SetKey groups, long group) {
            members.add(new Member(set, at, groups, group));
        }

        void leave(SetsOfForm now, Memberships memberships) {
            for (Member member : members) {
                if (!now.members.contains(member)) {
                    remove(memberships, member.set, member.number, member.groups, member.group);
                }
            }
            if (number != RowSets.NONE && number != now.number) {
                memberships.unplace(number);
            }
        }

        void enter(SetsOfForm old, Memberships memberships, TableName<?> table, byte[] key) {
            for (Member member : members) {
                if (!old.members.contains(member)) {
                    add(memberships, member.set, member.number, member.groups, member.group);
                }
            }
            if (number != RowSets.NONE && number != old.number) {
                memberships.place(number, table, key);
            }
        }
    }

    private record Member(SetKey set, long number, @Nullable SetKey groups, long group) {}
}
