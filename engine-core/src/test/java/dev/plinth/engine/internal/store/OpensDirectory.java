package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs in a child JVM: opens the store of a directory, says so or why not, and keeps it until its input ends. */
final class OpensDirectory {
    static final String OPENED = "opened";

    private OpensDirectory() {}

    static Store open(Path directory, EngineClock clock) {
        return new StoreFiles(directory, Durability.OS, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER)
                .open(new StoreSettings(Tables.HEAP, List.of(TestRows.TABLE), 1_000_000), clock);
    }

    /** Says whether the store of a directory can be opened, or why not. */
    static String openAndClose(String directory) {
        try (Store store = open(Path.of(directory), EngineClock.system())) {
            return store.isWritable() ? OPENED : "not writable";
        } catch (IllegalStateException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    public static void main(String[] arguments) throws IOException {
        try (Store store = open(Path.of(arguments[0]), EngineClock.system())) {
            System.out.println(OPENED);
            while (store.isWritable() && System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IllegalStateException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
