package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows move with their workspace into another store.
 *
 * @param table the table
 * @param stage the stage of an import at which its rows are put
 * @param number returns the list number of a row, or {@link Rows#NONE}
 * @param translator makes a row of the other store
 * @param check checks the ids in a row and in its key
 * @param names the kind of the ids in its keys by which other rows name its rows, or null if none do
 * @param owner finds what a row belongs to, where a store may have lost that; an import leaves a row without it out. Null
 *     if an import takes all rows
 */
public record TransferredTable(
        TableName<?> table,
        Stage stage,
        ToLongFunction<byte[]> number,
        RowTranslator translator,
        RowCheck check,
        @Nullable IdKind names,
        @Nullable RowOwner owner) {
    /** Makes a table of which an import takes all rows. */
    public TransferredTable(
            TableName<?> table,
            Stage stage,
            ToLongFunction<byte[]> number,
            RowTranslator translator,
            RowCheck check,
            @Nullable IdKind names) {
        this(table, stage, number, translator, check, names, null);
    }

    /** Makes a table that no other names. */
    public TransferredTable(
            TableName<?> table, Stage stage, ToLongFunction<byte[]> number, RowTranslator translator, RowCheck check) {
        this(table, stage, number, translator, check, null);
    }

    /** Makes a table whose rows have neither numbers nor secrets. */
    public static TransferredTable plain(TableName<?> table, RowCheck check) {
        return new TransferredTable(table, Stage.IN_STEPS, row -> Rows.NONE, (key, row, other) -> row, check);
    }

    /** Makes a table whose rows have their number at the offset that {@code at} finds, and no secret. */
    public static TransferredTable numbered(TableName<?> table, ToIntFunction<byte[]> at, RowCheck check) {
        RowTranslator translator = (key, row, other) -> {
            byte[] translated = row.clone();
            Bytes.putLong(translated, at.applyAsInt(row), other.number(Bytes.getLong(row, at.applyAsInt(row))));
            return translated;
        };
        return new TransferredTable(
                table, Stage.IN_STEPS, row -> Bytes.getLong(row, at.applyAsInt(row)), translator, check);
    }

    /** Returns this table at another stage. */
    public TransferredTable at(Stage other) {
        return new TransferredTable(table, other, number, translator, check, names, owner);
    }

    /** Returns this table with keys of a workspace and an id of a kind, by which other rows name its rows. */
    public TransferredTable naming(IdKind kind) {
        return new TransferredTable(table, stage, number, translator, check, kind, owner);
    }

    /** Returns this table, of which an import leaves out the rows that belong to what is not in the file. */
    public TransferredTable onlyWith(RowOwner other) {
        return new TransferredTable(table, stage, number, translator, check, names, other);
    }

    /** Returns true if an import leaves a row out. The rows of the tables before this one have been checked. */
    public boolean isLeftOut(byte[] key, byte[] row, TransferredIds ids) {
        return owner != null && !ids.has(owner.of(key, row));
    }

    /** Returns the id by which other rows name a row, or null if none do. */
    public @Nullable Id name(byte[] key) {
        return names == null ? null : Id.read(names, key, Id.BYTES);
    }

    /** Checks the ids in a row of a workspace, and adds the one by which others name it. */
    public void check(byte[] key, byte[] row, TransferredIds ids) {
        ids.require(isOf(ids.workspace(), key, row), "is of another workspace than the file");
        check.check(key, row, ids);
        Id name = name(key);
        if (name != null) {
            ids.add(name);
        }
    }

    /** Returns true if a row with this key is one of a workspace. */
    public boolean isOf(Id workspace, byte[] key, byte[] row) {
        return table.owner() == TableName.Owner.ROW
                ? row.length >= RowReader.HEAD_BYTES + Id.BYTES && workspace.isAt(row, RowReader.HEAD_BYTES)
                : workspace.isAt(key, 0);
    }

    /** The stages of an import. */
    public enum Stage {
        /** The rows are put in steps. Nothing shows them or acts on them before the last record. */
        IN_STEPS,

        /** The rows are in the last record: the workspace itself, and work of the sweep, which would begin at once. */
        IN_LAST_RECORD,

        /** A workspace with such rows is not exported until their work is done. */
        NEVER
    }

    /** Checks the ids in a row and in its key. */
    @FunctionalInterface
    public interface RowCheck {
        /** Tells what it requires of them. */
        void check(byte[] key, byte[] row, TransferredIds ids);
    }

    /** Finds what a row belongs to. */
    @FunctionalInterface
    public interface RowOwner {
        /** Returns its id. */
        Id of(byte[] key, byte[] row);
    }

    /** Makes a row of the other store. */
    @FunctionalInterface
    public interface RowTranslator {
        /** Returns the translated row. The given one stays as it is. */
        byte[] translate(byte[] key, byte[] row, RowTranslation other);
    }
}
