package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.TransferredIds;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.store.Store;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The imports that go on in this process, with the ids that they bring. Sets of rows are found by such an id alone, so no
 * other workspace may have it. Thread-safe.
 */
final class RunningImports {
    private final Store store;
    private final List<TransferredIds> running = new ArrayList<>();

    RunningImports(Store store) {
        this.store = store;
    }

    /**
     * Reads the keys of the store, and begins an import whose ids nothing in it has.
     *
     * @throws IllegalStateException names an id that another workspace has
     */
    synchronized void begin(TransferredIds ids) {
        for (TransferredIds other : running) {
            Id shared = ids.workspace().equals(other.workspace()) ? null : ids.shared(other);
            if (shared != null) {
                throw taken(shared, other.workspace());
            }
        }
        for (TransferredTable table : TransferredTables.inOrder()) {
            if (table.names() != null) {
                store.scan(table.table(), (key, row) -> requireOther(ids, table.name(key), key));
            }
        }
        running.add(ids);
    }

    /** Ends what {@link #begin} has begun. */
    synchronized void end(TransferredIds ids) {
        running.removeIf(each -> each == ids);
    }

    private static void requireOther(TransferredIds ids, @Nullable Id name, byte[] key) {
        if (name != null && ids.has(name) && !ids.workspace().isAt(key, 0)) {
            throw taken(name, Id.read(IdKind.WORKSPACE, key, 0));
        }
    }

    private static IllegalStateException taken(Id shared, Id other) {
        return new IllegalStateException("The file has " + shared.text() + ", which belongs to workspace "
                + other.text() + " in this store; nothing was imported. Import a file that an export has written.");
    }
}
