package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Tables;
import java.util.List;

/** Applies records, by way of their bytes, to an empty store: what a restart does. */
public final class RecordReplay {
    private RecordReplay() {}

    /** The state hash after these records. */
    public static byte[] stateHash(Tables kind, List<TableName<?>> names, List<Record> records) {
        RecordCodec codec = new RecordCodec(names);
        try (StoreTables tables = new StoreTables(new StoreSettings(kind, names, 1000))) {
            int crc = 0;
            for (Record record : records) {
                byte[] bytes = RecordCodec.encode(record, crc);
                tables.replay(codec.decode(bytes, crc));
                crc = RecordCodec.crc(bytes);
            }
            return tables.stateHash();
        }
    }
}
