package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.RowKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.store.Store;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a workspace into a file, while the engine goes on. Nothing waits for it. It reads the tables
 * twice: for the numbers, and for the rows. A row that is changed meanwhile is written again from its record. So the file
 * has the workspace as one record has left it.
 */
final class Exporter {
    private final Store store;
    private final Id workspace;
    private final ExportWriter out;
    private final ChangeTrack track;
    private final Positions positions;
    private final long takenBack;
    /** Hashes of the written keys of those tables whose keys do not name the workspace. */
    private final Positions.Numbers written = new Positions.Numbers();

    private boolean hasWorkspace;

    /** The deletions of large resources that have not ended. */
    private final Set<RowKey> unfinished = new HashSet<>();

    private Exporter(Store store, SecretCipher cipher, ChangeTracks tracks, Id workspace, ExportWriter out) {
        this.store = store;
        this.workspace = workspace;
        this.out = out;
        this.takenBack = store.takenBack();
        this.track = tracks.begin(workspace);
        this.positions = new Positions(cipher, store.lastNumber());
    }

    /**
     * Exports a workspace.
     *
     * @return the length of the file in bytes
     */
    static long run(Store store, SecretCipher cipher, ChangeTracks tracks, Id workspace, ExportWriter out)
            throws IOException {
        Exporter exporter = new Exporter(store, cipher, tracks, workspace, out);
        try {
            return exporter.run();
        } finally {
            tracks.end(exporter.track);
        }
    }

    private long run() throws IOException {
        forEachRow((table, key, row) -> positions.add(table.number().applyAsLong(row)));
        positions.endFirst();
        forEachRow(this::write);
        out.endRows();
        // Every row that was read is durable then, and the track has all records up to the last of them.
        store.answers().await(store.lastSequence());
        Map<RowKey, Optional<byte[]>> images = track.take();
        if (store.takenBack() != takenBack) {
            throw new IllegalStateException(
                    "Rows of the store were taken back while the workspace was exported,"
                            + " and the file may have had them. Export it again; if that fails too, check the disk and restart.");
        }
        writeLater(images);
        requireWhole(images);
        store.answers().await(store.lastSequence());
        return out.publish(positions.count());
    }

    private void write(TransferredTable table, byte[] key, byte[] row) {
        track.check();
        if (table.stage() == TransferredTable.Stage.NEVER) {
            unfinished.add(new RowKey(table.table(), key));
        } else if (positions.has(table.number().applyAsLong(row)) && mayLeave(table, row)) {
            if (table.table().owner() == TableName.Owner.ROW) {
                written.add(hash(key));
            }
            hasWorkspace |= table.table().number() == Access.workspaces().number();
            put(ExportFormat.ROWS, table, key, row);
        }
    }

    /** Writes the rows that records have changed since the beginning, as the last of these records has left them. */
    private void writeLater(Map<RowKey, Optional<byte[]>> images) {
        written.sort();
        images.forEach((key, row) -> {
            ToLongFunction<byte[]> number = table(key).number();
            row.ifPresent(image -> positions.addLater(number.applyAsLong(image)));
        });
        positions.endLater();
        images.forEach((key, row) -> writeLater(table(key), key, row.orElse(null)));
    }

    private void writeLater(TransferredTable table, RowKey rowKey, byte @Nullable [] row) {
        byte[] key = rowKey.key();
        if (table.stage() == TransferredTable.Stage.NEVER) {
            boolean unused = row == null ? unfinished.remove(rowKey) : unfinished.add(rowKey);
        } else if (row != null && mayLeave(table, row)) {
            put(ExportFormat.LATER_ROWS, table, key, row);
        } else if (table.table().owner() != TableName.Owner.ROW || written.contains(hash(key))) {
            out.row(ExportFormat.LATER_ROWS, table.table().number(), key, null);
        }
    }

    private void requireWhole(Map<RowKey, Optional<byte[]>> images) {
        if (!unfinished.isEmpty()) {
            throw new IllegalStateException("A resource of the workspace is being deleted with " + unfinished.size()
                    + " deletions in all that have not ended. Export the workspace once they have.");
        }
        Optional<byte[]> own = images.get(new RowKey(Access.workspaces(), workspace.key()));
        if (own == null ? !hasWorkspace : own.isEmpty()) {
            throw new IllegalStateException("Workspace " + workspace.text()
                    + " was deleted while it was exported. There is nothing to export.");
        }
    }

    private void put(int kind, TransferredTable table, byte[] key, byte[] row) {
        out.row(kind, table.table().number(), key, table.translator().translate(key, row, positions));
    }

    /** Returns false for an answer that shows a resource of another workspace. */
    private static boolean mayLeave(TransferredTable table, byte[] row) {
        return !Idempotency.showsShared(table.table(), row);
    }

    private static TransferredTable table(RowKey key) {
        TransferredTable table = TransferredTables.numbered(key.table().number());
        if (table == null) {
            throw new IllegalStateException(
                    "Expected a table that moves, but got number " + key.table().number());
        }
        return table;
    }

    private static long hash(byte[] key) {
        return Bytes.getLong(Bytes.sha256(key), 0);
    }

    private void forEachRow(RowVisitor visitor) {
        for (TransferredTable table : TransferredTables.inOrder()) {
            store.scan(table.table(), (key, row) -> {
                if (table.isOf(workspace, key, row)) {
                    visitor.visit(table, key, row);
                }
            });
        }
    }

    /** Takes a row of the workspace. */
    @FunctionalInterface
    private interface RowVisitor {
        void visit(TransferredTable table, byte[] key, byte[] row);
    }
}
