package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.inbox.RowName;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.TableName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The rows of an inbox in a database that were applied, as long as the database may still have them. One row of the
 * store for each inbox lists them, and changes in the record of their effects.
 */
public final class AppliedRows {
    /** The lists by the digest of the inbox's name. */
    public static final TableName<?> TABLE = TableName.of(33, "inboxes", 32, 2600, 0.001, TableName.Owner.ENGINE);

    private static final int VERSION = 1;

    private AppliedRows() {}

    /** Returns the key of an inbox. */
    public static byte[] key(String inbox) {
        return Bytes.sha256(inbox.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the rows that were applied, in order. */
    public static List<RowName> list(Rows rows, byte[] key) {
        byte[] row = rows.get(TABLE, key);
        if (row == null) {
            return List.of();
        }
        RowReader in = new RowReader(row, VERSION);
        int count = in.small();
        List<RowName> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(new RowName(in.number(), new UUID(in.number(), in.number())));
        }
        return names;
    }

    /** Adds to the changes that a row was applied, and that the database has some others no longer. */
    public static void add(Rows rows, byte[] key, RowName applied, Set<RowName> gone, Changes changes) {
        Set<RowName> names = new LinkedHashSet<>(list(rows, key));
        names.removeAll(gone);
        names.add(applied);
        RowWriter row = new RowWriter(VERSION).small(names.size());
        for (RowName name : names) {
            row.number(name.number())
                    .number(name.id().getMostSignificantBits())
                    .number(name.id().getLeastSignificantBits());
        }
        changes.put(TABLE, key, row.row());
    }
}
