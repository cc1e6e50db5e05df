package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.settings.RetentionTimes;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table of the store: the layout of its keys and rows, and the sets that follow from its rows.
 *
 * @param number the table's number in the journal, 1–127, never reused
 * @param name its name in messages and figures
 * @param keyBytes length of each key in bytes
 * @param averageRowBytes the average bytes of a row, for sizing
 * @param rowsPerResource how many rows to expect for each resource, for sizing
 * @param owner how to find the workspace of a row
 * @param kept finds the time after which a row that a call has made expires; null if it stays until it is deleted
 * @param index reads the rows and derives their sets
 * @param <R> a row as its room reads it
 */
public record TableName<R>(
        int number,
        String name,
        int keyBytes,
        int averageRowBytes,
        double rowsPerResource,
        Owner owner,
        @Nullable Function<RetentionTimes, Duration> kept,
        RowIndex<R> index) {
    /** The engine's own settings, by name. */
    public static final TableName<byte[]> SETTINGS = of(19, "settings", 16, 64, 0.001, Owner.ENGINE);

    /** Makes a table whose rows are in sets. Its rows stay until they are deleted. */
    public static <R> TableName<R> of(
            int number,
            String name,
            int keyBytes,
            int averageRowBytes,
            double rowsPerResource,
            Owner owner,
            RowIndex<R> index) {
        return new TableName<>(number, name, keyBytes, averageRowBytes, rowsPerResource, owner, null, index);
    }

    /** Makes a table without sets, whose rows are read as bytes. */
    public static TableName<byte[]> of(
            int number, String name, int keyBytes, int averageRowBytes, double rowsPerResource, Owner owner) {
        return of(number, name, keyBytes, averageRowBytes, rowsPerResource, owner, RowIndex.NONE);
    }

    /** Returns this table with rows that expire after a time. */
    public TableName<R> keptFor(Function<RetentionTimes, Duration> time) {
        return new TableName<>(number, name, keyBytes, averageRowBytes, rowsPerResource, owner, time, index);
    }

    /** Returns a row of this table, or null for none. */
    public @Nullable R read(byte @Nullable [] row) {
        return row == null ? null : index.reader().apply(row);
    }

    /** Returns the days after which a row that a call has made expires; 0 if it stays until it is deleted. */
    public long keptDays(RetentionTimes times) {
        return kept == null ? 0 : kept.apply(times).toDays();
    }

    /**
     * Returns the workspace that a row counts for, or null if the table is the engine's own.
     *
     * @param likely the workspace that it probably is, such as that of the write before, which is then returned itself
     */
    public @Nullable Id owner(byte[] key, byte[] row, @Nullable Id likely) {
        return switch (owner) {
            case KEY -> workspace(key, 0, likely);
            case ROW -> workspace(row, RowReader.HEAD_BYTES, likely);
            case ENGINE -> null;
        };
    }

    private static Id workspace(byte[] bytes, int offset, @Nullable Id likely) {
        return likely != null && likely.isAt(bytes, offset) ? likely : Id.read(IdKind.WORKSPACE, bytes, offset);
    }

    @Override
    public String toString() {
        return name;
    }

    /** The part of a row that names the workspace for which the row counts. */
    public enum Owner {
        /** The key, which begins with the workspace. */
        KEY,

        /** The row, which has the workspace after its head. */
        ROW,

        /** None: the table is the engine's own, and no workspace has a share of it. */
        ENGINE
    }
}
