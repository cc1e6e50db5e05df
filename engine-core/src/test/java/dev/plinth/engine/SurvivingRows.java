package dev.plinth.engine;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.CommitListener;
import dev.plinth.engine.internal.store.RecordReplay;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows that a store without a directory has now, each with the record that wrote it last. Thread-safe. */
final class SurvivingRows implements CommitListener {
    private final Map<String, Written> rows = new HashMap<>();
    private final List<TableName<?>> tables;
    private long last;

    SurvivingRows(List<TableName<?>> tables) {
        this.tables = tables;
    }

    private record Written(long sequence, Changes.Write write) {}

    @Override
    public synchronized void committed(long sequence, List<Changes.Write> writes) {
        last = sequence;
        for (Changes.Write write : writes) {
            String place = write.table().number() + HexFormat.of().formatHex(write.key());
            if (write.row() == null) {
                rows.remove(place);
            } else {
                rows.put(place, new Written(sequence, write));
            }
        }
    }

    /** The state of a store in which these rows were written once and none besides. */
    synchronized byte[] stateHash() {
        Map<Long, List<Changes.Write>> bySequence = new TreeMap<>();
        rows.values()
                .forEach(each -> bySequence
                        .computeIfAbsent(each.sequence(), any -> new ArrayList<>())
                        .add(each.write()));
        List<Record> records = new ArrayList<>();
        for (long sequence = 1; sequence <= last; sequence++) {
            records.add(new Record(1, 1, sequence, 0, 0, bySequence.getOrDefault(sequence, List.of())));
        }
        return RecordReplay.stateHash(Tables.HEAP, tables, records);
    }
}
