package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.RowKey;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredIds;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An exported file that was read to its end twice and is whole. All its rows are of one workspace.
 *
 * @param workspaceRow the row of the workspace, with its position for its number
 * @param later the last images of rows that were changed while it was written, without a value for removed ones
 * @param totals the rows and bytes of each table that has shares
 * @param ids the workspace, and the ids in its rows
 * @param end the end of the file
 */
record CheckedExport(
        byte[] workspaceRow,
        Map<RowKey, Optional<byte[]>> later,
        List<NewRows> totals,
        TransferredIds ids,
        ExportReader.End end) {
    /**
     * Reads and checks a file.
     *
     * @param readers make readers of it
     * @throws IllegalStateException if it is not whole, has rows of others, or has what this release does not know
     */
    static CheckedExport read(Supplier<ExportReader> readers) {
        ExportReader first = readers.get();
        Later later = new Later(first);
        ExportReader.End end = first.read(later);
        if (end.positions() < 0 || end.positions() > Limits.IMPORT_POSITIONS_MAX) {
            throw first.damaged(
                    "has " + end.positions() + " positions, and " + Limits.IMPORT_POSITIONS_MAX + " is the limit");
        }
        ExportReader second = readers.get();
        Check check = new Check(second, end.positions());
        LastImages images = new LastImages(later.images, check);
        if (!Arrays.equals(second.read(images).sum(), end.sum())) {
            throw second.damaged("was changed while it was checked");
        }
        images.end();
        return check.whole(later.images, end);
    }

    Id workspace() {
        return ids.workspace();
    }

    /** Keeps the rows that were changed while the file was written. */
    private static final class Later implements ExportReader.Visitor {
        /** An export keeps at most half of this of its changes. */
        private static final long BYTES_MAX = 2 * Limits.EXPORT_CHANGES_BYTES_MAX;

        private final ExportReader reader;
        private final Map<RowKey, Optional<byte[]>> images = new LinkedHashMap<>();
        private long bytes;

        Later(ExportReader reader) {
            this.reader = reader;
        }

        @Override
        public void workspace(Id workspace) {}

        @Override
        public void row(int kind, TransferredTable table, byte[] key, byte @Nullable [] row) {
            if (kind != ExportFormat.LATER_ROWS) {
                return;
            }
            images.put(new RowKey(table.table(), key), Optional.ofNullable(row));
            bytes += key.length + (row == null ? 0 : row.length);
            if (bytes > BYTES_MAX) {
                throw reader.damaged("has more than " + BYTES_MAX
                        + " bytes of rows that were changed while it was written, which no export has");
            }
        }
    }

    /** Checks each row of a file, and translates it as a trial. */
    private static final class Check implements LastImages.RowTaker, RowTranslation {
        private static final int NUMBERS = 128;

        private final ExportReader reader;
        private final long positions;
        private final long[] rows = new long[NUMBERS];
        private final long[] bytes = new long[NUMBERS];
        private final BitSet taken = new BitSet();
        private @Nullable TransferredIds ids;
        private byte @Nullable [] workspaceRow;

        Check(ExportReader reader, long positions) {
            this.reader = reader;
            this.positions = positions;
        }

        @Override
        public void workspace(Id workspace) {
            if (ids != null) {
                throw reader.damaged("has a second workspace, " + workspace.text());
            }
            ids = new TransferredIds(workspace);
        }

        @Override
        public void row(TransferredTable table, byte[] key, byte[] row) {
            TransferredIds known = ids;
            if (known == null) {
                throw reader.damaged("has rows before its workspace");
            }
            int number = table.table().number();
            try {
                if (table.isLeftOut(key, row, known)) {
                    return;
                }
                check(table, key, row, known);
            } catch (RuntimeException e) {
                throw reader.unknown("has a row of " + table.table().name() + " in a newer form");
            }
            String fault = known.fault();
            if (fault != null) {
                throw reader.forged(table, fault);
            }
            if (number == Access.workspaces().number()) {
                workspaceRow = row;
            }
            rows[number]++;
            bytes[number] += key.length + row.length;
        }

        private void check(TransferredTable table, byte[] key, byte[] row, TransferredIds known) {
            table.check(key, row, known);
            byte[] translated = table.translator().translate(key, row, this);
            table.table().index().requireReadable(key, translated);
            long position = table.number().applyAsLong(row);
            if (position >= 0) {
                boolean isOne = position >= 1 && position <= positions;
                known.require(isOne, "has position " + position + ", and the file has " + positions);
                known.require(!isOne || !taken.get((int) position), "has position " + position + " of another row");
                taken.set(isOne ? (int) position : 0);
            }
        }

        CheckedExport whole(Map<RowKey, Optional<byte[]>> later, ExportReader.End end) {
            TransferredIds known = ids;
            byte[] row = workspaceRow;
            if (known == null || row == null) {
                throw reader.damaged("has no workspace");
            }
            List<NewRows> totals = new ArrayList<>();
            for (TransferredTable table : TransferredTables.inOrder()) {
                int number = table.table().number();
                if (table.table().owner() != TableName.Owner.ENGINE && rows[number] > 0) {
                    totals.add(new NewRows(table.table(), rows[number], bytes[number]));
                }
            }
            return new CheckedExport(row, later, totals, known, end);
        }

        @Override
        public long number(long position) {
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
