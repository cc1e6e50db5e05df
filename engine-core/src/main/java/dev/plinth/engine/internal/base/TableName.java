package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * One table of the store: what its keys and rows look like and which sets follow from its rows.
 *
 * @param number the table's number in the journal, 1–127, never reused
 * @param name its name in messages and figures
 * @param keyBytes length of each key in bytes
 * @param averageRowBytes what a row usually takes, for sizing
 * @param rowsPerResource how many rows to expect for each resource, for sizing
 * @param owner where a row says whose it is
 * @param keptDays days after which a row that a call has made goes by itself; 0 if it stays until it is deleted
 * @param indexer keeps the sets that follow from the rows
 */
public record TableName(
        int number,
        String name,
        int keyBytes,
        int averageRowBytes,
        double rowsPerResource,
        Owner owner,
        int keptDays,
        Indexer indexer) {
    /** A table of rows that stay until they are deleted. */
    public TableName(
            int number,
            String name,
            int keyBytes,
            int averageRowBytes,
            double rowsPerResource,
            Owner owner,
            Indexer indexer) {
        this(number, name, keyBytes, averageRowBytes, rowsPerResource, owner, 0, indexer);
    }

    /** A table from whose rows no set follows. */
    public TableName(int number, String name, int keyBytes, int averageRowBytes, double rowsPerResource, Owner owner) {
        this(number, name, keyBytes, averageRowBytes, rowsPerResource, owner, Indexer.NONE);
    }

    /** Returns the same table with rows that go by themselves after so many days. */
    public TableName keptDays(int days) {
        return new TableName(number, name, keyBytes, averageRowBytes, rowsPerResource, owner, days, indexer);
    }

    /** Returns the workspace that a row counts for, or null if the table is the engine's own. */
    public @Nullable Id owner(byte[] key, byte[] row) {
        return switch (owner) {
            case KEY -> Id.read(IdKind.WORKSPACE, key, 0);
            case ROW -> Id.read(IdKind.WORKSPACE, row, RowReader.HEAD_BYTES);
            case ENGINE -> null;
        };
    }

    @Override
    public String toString() {
        return name;
    }

    /** Where a row says which workspace it counts for. */
    public enum Owner {
        /** Each key begins with the workspace. */
        KEY,

        /** Each row begins with the workspace, behind its head. */
        ROW,

        /** No workspace has a share of the table. */
        ENGINE
    }
}
