package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Runs in a child JVM: opens the store of a directory and does what each line of its input says: {@code put 5}, {@code read LOCK}
 * as a host does that copies the directory, {@code open DIR} as a second opener in the same process. It ends with its input.
 */
final class WritesOnCommand {
    static final String OPENED = "opened";
    static final String DONE = "done";

    private WritesOnCommand() {}

    static Store open(Path directory, Durability durability) {
        return new StoreFiles(directory, durability, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER)
                .open(new StoreSettings(Tables.HEAP, List.of(TestRows.TABLE), 1_000_000), EngineClock.system());
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Durability durability = Durability.valueOf(arguments[1]);
        try (Store store = open(directory, durability);
                BufferedReader commands =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(OPENED);
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                System.out.println(run(store, directory, durability, line.split(" ")));
            }
        }
    }

    /** Writes until it is refused, and returns the refusal and the last acknowledged parcel. */
    private static String fill(Store store, long first) {
        for (long id = first; ; id++) {
            try {
                store.await(TestRows.put(store, 0, id));
            } catch (RefusedException refused) {
                return refused.refusal().code().name().toLowerCase(Locale.ROOT) + " " + (id - 1);
            }
            if (id == first) {
                System.out.println("filling");
            }
        }
    }

    private static String run(Store store, Path directory, Durability durability, String[] command) throws IOException {
        try {
            switch (command[0]) {
                case "put" -> {
                    long id = Long.parseLong(command[1]);
                    store.await(TestRows.put(store, id, id));
                }
                case "fill" -> {
                    return fill(store, Long.parseLong(command[1]));
                }
                case "read" -> {
                    String unused = Files.readString(directory.resolve(command[1]));
                }
                case "open" -> open(Path.of(command[1]), durability).close();
                default -> throw new IllegalArgumentException(command[0]);
            }
            return DONE;
        } catch (RefusedException refused) {
            return refused.refusal().code().name().toLowerCase(Locale.ROOT);
        } catch (IllegalStateException refused) {
            return String.valueOf(refused.getMessage());
        }
    }
}
