package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.NewRows;
import dev.plinth.engine.internal.base.RowTranslation;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TransferredTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An exported file that was read to its end and is whole, with the rows that were changed while it was written.
 *
 * @param workspace the workspace
 * @param workspaceRow the row of the workspace, with its position for its number
 * @param later the last images of rows that were changed, without a value for removed ones
 * @param totals the rows and bytes of each table that has shares
 * @param end the end of the file
 */
record CheckedExport(
        Id workspace,
        byte[] workspaceRow,
        Map<RowKey, Optional<byte[]>> later,
        List<NewRows> totals,
        ExportReader.End end) {
    /**
     * Reads and checks a file.
     *
     * @param readers make readers of it
     * @throws IllegalStateException if it is not whole, or has what this release does not know
     */
    static CheckedExport read(Supplier<ExportReader> readers) {
        ExportReader reader = readers.get();
        Check check = new Check(reader);
        ExportReader.End end = reader.read(check);
        Id workspace = check.workspace;
        byte[] row = check.workspaceRow;
        if (workspace == null || row == null) {
            throw reader.damaged("has no workspace");
        }
        if (end.positions() < 0 || end.positions() > Limits.IMPORT_POSITIONS_MAX) {
            throw reader.damaged(
                    "has " + end.positions() + " positions, and " + Limits.IMPORT_POSITIONS_MAX + " is the limit");
        }
        if (check.lowest < 1 || check.highest > end.positions()) {
            throw reader.damaged("has positions from " + check.lowest + " to " + check.highest
                    + ", which must be from 1 to " + end.positions());
        }
        if (!check.later.isEmpty()) {
            readers.get().read(check.replaced());
        }
        List<NewRows> totals = new ArrayList<>();
        for (TransferredTable table : TransferredTables.inOrder()) {
            int number = table.table().number();
            if (table.table().owner() != TableName.Owner.ENGINE && check.rows[number] > 0) {
                totals.add(new NewRows(table.table(), check.rows[number], check.bytes[number]));
            }
        }
        return new CheckedExport(workspace, row, check.later, totals, end);
    }

    /** Takes all that is in a file, and translates each row as a trial. */
    private static final class Check implements ExportReader.Visitor, RowTranslation {
        private static final int NUMBERS = 128;

        private final ExportReader reader;
        private final long[] rows = new long[NUMBERS];
        private final long[] bytes = new long[NUMBERS];
        private final Map<RowKey, Optional<byte[]>> later = new LinkedHashMap<>();
        private @Nullable Id workspace;
        private byte @Nullable [] workspaceRow;
        private long lowest = 1;
        private long highest;

        Check(ExportReader reader) {
            this.reader = reader;
        }

        @Override
        public void workspace(Id id) {
            workspace = id;
        }

        @Override
        public void row(int kind, TransferredTable table, byte[] key, byte @Nullable [] row) {
            Id expected = workspace;
            int number = table.table().number();
            if (kind == ExportFormat.LATER_ROWS) {
                later.put(new RowKey(number, key), Optional.ofNullable(row));
            }
            if (row == null) {
                return;
            }
            if (expected == null || !table.isOf(expected, key, row)) {
                throw reader.damaged("has a row of another workspace");
            }
            try {
                byte[] unused = table.translator().translate(key, row, this);
            } catch (RuntimeException e) {
                throw reader.unknown("has a row of " + table.table().name() + " in a newer form");
            }
            if (number == Access.workspaces().number()) {
                workspaceRow = row;
            }
            rows[number]++;
            bytes[number] += key.length + row.length;
        }

        /** Returns a visitor for a second reading, which takes the rows out of the totals that later ones replace. */
        ExportReader.Visitor replaced() {
            return new ExportReader.Visitor() {
                @Override
                public void workspace(Id id) {}

                @Override
                public void row(int kind, TransferredTable table, byte[] key, byte @Nullable [] row) {
                    int number = table.table().number();
                    if (kind == ExportFormat.ROWS && row != null && later.containsKey(new RowKey(number, key))) {
                        rows[number]--;
                        bytes[number] -= key.length + row.length;
                    }
                }
            };
        }

        @Override
        public long number(long position) {
            lowest = Math.min(lowest, position);
            highest = Math.max(highest, position);
            return position;
        }

        @Override
        public long atMost(long position) {
            return position;
        }

        @Override
        public long atLeast(long position) {
            return position;
        }

        @Override
        public byte[] secret(byte[] secret, byte[] owner) {
            return secret;
        }
    }
}
