package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that was appended, in order, kept outside the store: what the state after any record has to be. */
public final class AppendHistory {
    private final List<TableName<?>> tables;
    private final List<Record> records = new ArrayList<>();
    private final Map<Long, byte[]> hashes = new HashMap<>();

    AppendHistory(List<TableName<?>> tables) {
        this.tables = tables;
    }

    /** Takes the writes of a record; called inside the writer lock. */
    public synchronized void add(long sequence, Transaction transaction, List<Changes.Write> writes) {
        add(new Record(0, 1, sequence, transaction.nowMillis(), 0, writes));
    }

    /** Takes a record that took all rows out; called inside the writer lock. */
    synchronized void addRemovalOfAll(long sequence, Transaction transaction) {
        add(new Record(0, 1, sequence, transaction.nowMillis(), 0, List.of(), true));
    }

    private void add(Record record) {
        if (record.sequence() != records.size() + 1) {
            throw new AssertionError("Expected record " + (records.size() + 1) + ", but got " + record.sequence());
        }
        records.add(record);
    }

    /** Forgets all after a record: what a crash has taken. */
    synchronized void cutTo(long sequence) {
        records.subList((int) sequence, records.size()).clear();
        hashes.keySet().removeIf(known -> known > sequence);
    }

    public synchronized long size() {
        return records.size();
    }

    /** The state hash after a record. */
    public synchronized byte[] hash(long sequence) {
        return hashes.computeIfAbsent(sequence, this::hashOf);
    }

    private byte[] hashOf(long sequence) {
        try (StoreTables after = new StoreTables(new StoreSettings(Tables.HEAP, tables, 1_000_000))) {
            for (Record record : records.subList(0, (int) sequence)) {
                after.apply(record);
            }
            return after.stateHash();
        }
    }
}
