package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import dev.plinth.engine.internal.store.log.Sabotage;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Function;

/**
 * Runs in a child JVM: eight writers whose records depend on nothing but their sequence, so that whoever knows how far a store
 * has come knows all that is in it. Arguments: directory, level, file for the highest acknowledged sequence, sabotage or {@code -}, tables.
 */
final class SequencedWriters {
    static final int SEGMENT_BYTES = 16 * 1024;
    private static final long BYTES_PER_SNAPSHOT = 24 * 1024;
    private static final int WRITERS = 8;
    private static final int IDS = 50;
    private static final int REMOVES_EVERY = 7;

    private SequencedWriters() {}

    static Store open(Path directory, Durability level, Tables kind, Function<Disk, Disk> sabotage) {
        Disk disk = DirectoryDisk.open(directory);
        return new StoreFiles(directory, level, SEGMENT_BYTES, BYTES_PER_SNAPSHOT)
                .open(
                        new StoreSettings(kind, List.of(TestRows.TABLE), 100_000),
                        sabotage.apply(disk),
                        EngineClock.system());
    }

    /** Appends the record that is due; gives its sequence. */
    static long append(Store store) {
        return store.write(transaction -> {
            long sequence = transaction.lastSequence() + 1;
            long id = sequence * 31 % IDS;
            Changes.Write write =
                    sequence % REMOVES_EVERY == 0 ? TestRows.removal(id) : TestRows.write(transaction, id, sequence);
            return transaction.append(List.of(write), transaction.nowMillis());
        });
    }

    /** The file in which the child says how far it is. */
    static MappedByteBuffer acknowledged(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Function<Disk, Disk> sabotage = arguments[3].equals("-") ? Function.identity() : Sabotage.valueOf(arguments[3]);
        MappedByteBuffer acknowledged = acknowledged(Path.of(arguments[2]));
        Store store =
                open(Path.of(arguments[0]), Durability.valueOf(arguments[1]), Tables.valueOf(arguments[4]), sabotage);
        for (int i = 0; i < WRITERS; i++) {
            new Thread(() -> write(store, acknowledged)).start();
        }
    }

    private static void write(Store store, MappedByteBuffer acknowledged) {
        while (true) {
            try {
                long sequence = append(store);
                store.await(sequence);
                synchronized (acknowledged) {
                    acknowledged.putLong(0, Math.max(acknowledged.getLong(0), sequence));
                }
            } catch (RefusedException refused) {
                if (!store.isWritable()) {
                    return;
                }
            }
        }
    }
}
