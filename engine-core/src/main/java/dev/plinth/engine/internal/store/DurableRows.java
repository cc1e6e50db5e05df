package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.settings.RetentionTimes;
import org.jspecify.annotations.Nullable;

/** Reads rows one by one, each once it is durable. */
record DurableRows(Store store) implements Rows {
    @Override
    public byte @Nullable [] get(TableName<?> table, byte[] key) {
        return store.readToAct(rows -> rows.get(table, key));
    }

    @Override
    public long floor(SetKey set, long number) {
        return store.readToAct(rows -> rows.floor(set, number));
    }

    @Override
    public long ceiling(SetKey set, long number) {
        return store.readToAct(rows -> rows.ceiling(set, number));
    }

    @Override
    public long size(SetKey set) {
        return store.readToAct(rows -> rows.size(set));
    }

    @Override
    public byte @Nullable [] at(long number) {
        return store.readToAct(rows -> rows.at(number));
    }

    @Override
    public byte @Nullable [] keyAt(long number) {
        return store.readToAct(rows -> rows.keyAt(number));
    }

    @Override
    public long expiryTime(long nowMillis) {
        return store.time().expiryTime(nowMillis);
    }

    @Override
    public long expiryTime(long beganMillis, long nowMillis) {
        return store.time().expiryTime(beganMillis, nowMillis);
    }

    @Override
    public RetentionTimes retention() {
        return store.retention();
    }
}
