package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs in a child JVM: a commit for which there is no memory, and others after it. Arguments: the directory, and {@code heap} if that
 * is to be filled first.
 */
final class ScarceMemory {
    private static final TableName<?> LARGE = TableName.of(103, "large", 16, 400, 1, TableName.Owner.ENGINE);
    private static final int ROW_BYTES = 64 * 1024;
    private static final int ROWS = 40;
    private static final int CHUNKS_GIVEN_BACK = 8; // of 64 KiB: ample for a small commit, too little for the large one

    private ScarceMemory() {}

    public static void main(String[] arguments) {
        byte[] state;
        try (Store store = open(Path.of(arguments[0]))) {
            put(store, List.of(row(1, 100)));
            List<Changes.Write> large = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
                large.add(row(10 + i, ROW_BYTES));
            }
            byte[] before = store.stateHash();
            List<byte[]> ballast = arguments.length > 1 ? ballast() : new ArrayList<>();
            String outcome = "taken";
            try {
                put(store, large);
            } catch (OutOfMemoryError e) {
                outcome = "no memory";
            }
            byte[] after = store.stateHash();
            put(store, List.of(row(2, 100)));
            System.out.println("large commit: " + outcome + ", state as before: " + Arrays.equals(before, after));
            if (!ballast.isEmpty()) {
                ballast.clear();
                put(store, large);
            }
            System.out.println("records: " + store.committed());
            state = store.stateHash();
        }
        try (Store store = open(Path.of(arguments[0]))) {
            System.out.println("reopened alike: " + Arrays.equals(state, store.stateHash()));
        }
    }

    private static Store open(Path directory) {
        return new StoreFiles(directory, Durability.FSYNC, 4 * 1024 * 1024, Long.MAX_VALUE)
                .open(new StoreSettings(Tables.HEAP, List.of(LARGE), 10_000), EngineClock.system());
    }

    private static void put(Store store, List<Changes.Write> writes) {
        store.await(store.<Long>write(transaction -> transaction.append(writes, transaction.nowMillis())));
    }

    private static Changes.Write row(long id, int bytes) {
        return new Changes.Write(
                LARGE, TestRows.key(id), new RowWriter(1).bytes(new byte[bytes]).row());
    }

    /** All of the heap but some. */
    private static List<byte[]> ballast() {
        List<byte[]> ballast = new ArrayList<>(100_000);
        try {
            while (true) {
                ballast.add(new byte[ROW_BYTES]);
            }
        } catch (OutOfMemoryError full) {
            for (int i = 0; i < CHUNKS_GIVEN_BACK; i++) {
                ballast.remove(ballast.size() - 1);
            }
        }
        return ballast;
    }
}
