package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The last image of each row that durable records have changed since an export began. Thread-safe.
 *
 * <p>The key of some tables does not name the workspace, and a removed row neither. So removals from these tables may
 * be those of other workspaces.
 */
final class ChangeTrack {
    private static final int BYTES_PER_ROW = 128;

    private final Id workspace;
    private Map<RowKey, Optional<byte[]>> images = new LinkedHashMap<>();
    private long bytes;
    private boolean isFull;

    ChangeTrack(Id workspace) {
        this.workspace = workspace;
    }

    /** Learns of the writes of one record. Before it returns, all of them count. */
    synchronized void committed(List<Changes.Write> writes) {
        for (int i = 0; i < writes.size() && !isFull; i++) {
            Changes.Write write = writes.get(i);
            TransferredTable table = TransferredTables.numbered(write.table().number());
            byte[] row = write.row();
            if (table != null && mayBeOf(table, write.key(), row)) {
                Optional<byte[]> image = Optional.ofNullable(row);
                Optional<byte[]> replaced = images.put(new RowKey(write.table(), write.key()), image);
                bytes += replaced == null
                        ? BYTES_PER_ROW + write.key().length + length(image)
                        : length(image) - length(replaced);
                isFull = bytes > Limits.EXPORT_CHANGES_BYTES_MAX;
            }
        }
    }

    private static int length(Optional<byte[]> image) {
        return image.map(row -> row.length).orElse(0);
    }

    private boolean mayBeOf(TransferredTable table, byte[] key, byte @Nullable [] row) {
        if (row != null) {
            return table.isOf(workspace, key, row);
        }
        return table.table().owner() == TableName.Owner.ROW || workspace.isAt(key, 0);
    }

    /**
     * Refuses if more was changed than is kept.
     *
     * @throws IllegalStateException says what to do
     */
    synchronized void check() {
        if (isFull) {
            throw new IllegalStateException("The workspace and others changed more than "
                    + Limits.EXPORT_CHANGES_BYTES_MAX
                    + " bytes while it was exported, which is the limit. Suspend it, or export at a quieter time.");
        }
    }

    /** Returns the images, without a value for removed rows, and forgets them. */
    synchronized Map<RowKey, Optional<byte[]>> take() {
        check();
        Map<RowKey, Optional<byte[]>> taken = images;
        images = new LinkedHashMap<>();
        return taken;
    }
}
