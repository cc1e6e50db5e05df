package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.rows.TableName;
import java.nio.ByteBuffer;
import java.util.List;

/** The sum of SHA-256 over everything that tables have, independent of its order. */
final class StateHash {
    private StateHash() {}

    static byte[] of(
            List<TableName<?>> names,
            Table[] byNumber,
            OrderedSets sets,
            RowLocations locations,
            UsageCounter usageCounter) {
        byte[] sum = new byte[32];
        for (TableName<?> name : names) {
            byte[] number = {(byte) name.number()};
            byNumber[name.number()].forEach((key, row) -> add(sum, Bytes.sha256(number, key, row)));
        }
        sets.forEach(member -> add(sum, Bytes.sha256(member)));
        locations.forEach((key, row) -> add(sum, Bytes.sha256(key, row)));
        usageCounter.forEach((workspace, amounts) -> {
            ByteBuffer amount = ByteBuffer.allocate(amounts.length * Long.BYTES);
            amount.asLongBuffer().put(amounts);
            add(sum, Bytes.sha256(workspace.key(), amount.array()));
        });
        return sum;
    }

    private static void add(byte[] sum, byte[] hash) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += hash[i];
        }
    }
}
