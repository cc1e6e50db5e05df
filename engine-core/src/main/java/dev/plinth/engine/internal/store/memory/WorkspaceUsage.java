package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Id;
import java.util.concurrent.atomic.AtomicLongArray;

/** The rows and bytes of one workspace in each table. The writer counts; metrics read beside the writer. */
final class WorkspaceUsage {
    private static final int AMOUNTS = 2;

    private final Id workspace;
    private final AtomicLongArray amounts;

    WorkspaceUsage(Id workspace, int columns) {
        this.workspace = workspace;
        this.amounts = new AtomicLongArray(AMOUNTS * columns);
    }

    Id workspace() {
        return workspace;
    }

    boolean isOf(Id other) {
        return workspace.high() == other.high() && workspace.low() == other.low();
    }

    long rows(int column) {
        return amounts.getOpaque(AMOUNTS * column);
    }

    /** Returns the bytes of keys and rows. */
    long bytes(int column) {
        return amounts.getOpaque(AMOUNTS * column + 1);
    }

    void add(int column, long rows, long bytes) {
        amounts.setOpaque(AMOUNTS * column, rows(column) + rows);
        amounts.setOpaque(AMOUNTS * column + 1, bytes(column) + bytes);
    }
}
