package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.RowKey;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Passes the rows of a file on as the last record has left them, table by table. Rows that were not changed while the
 * file was written come first, then the last images of the others. Not thread-safe.
 */
final class LastImages implements ExportReader.Visitor {
    private final Map<RowKey, Optional<byte[]>> later;
    private final RowTaker taker;
    private int place;

    /**
     * Begins before the first row.
     *
     * @param later the last images of changed rows, without a value for removed ones
     */
    LastImages(Map<RowKey, Optional<byte[]>> later, RowTaker taker) {
        this.later = later;
        this.taker = taker;
    }

    @Override
    public void workspace(Id id) {
        taker.workspace(id);
    }

    @Override
    public void row(int kind, TransferredTable table, byte[] key, byte @Nullable [] row) {
        if (kind == ExportFormat.ROWS && row != null) {
            passTo(TransferredTables.place(table));
            if (!later.containsKey(new RowKey(table.table(), key))) {
                taker.row(table, key, row);
            }
        }
    }

    /** Passes on what is left at the end of the file. */
    void end() {
        passTo(TransferredTables.inOrder().size());
    }

    /** Passes on the changed rows of all tables before a place, because those of the next table belong to them. */
    private void passTo(int next) {
        for (; place < next; place++) {
            TransferredTable table = TransferredTables.inOrder().get(place);
            for (Map.Entry<RowKey, Optional<byte[]>> each : later.entrySet()) {
                if (each.getKey().table().number() == table.table().number()) {
                    each.getValue()
                            .ifPresent(row -> taker.row(table, each.getKey().key(), row));
                }
            }
        }
    }

    /** Takes the rows. */
    interface RowTaker {
        /** Takes the workspace, before any row. */
        void workspace(Id workspace);

        /** Takes a row. */
        void row(TransferredTable table, byte[] key, byte[] row);
    }
}
