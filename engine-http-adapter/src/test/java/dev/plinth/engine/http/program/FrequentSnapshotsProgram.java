package dev.plinth.engine.http.program;

import dev.plinth.engine.FrequentSnapshots;
import java.util.List;

/**
 * The main class of a child JVM: runs the standalone program, which writes a snapshot of its log after as many bytes as the
 * first argument says.
 */
public final class FrequentSnapshotsProgram {
    private FrequentSnapshotsProgram() {}

    public static void main(String[] arguments) {
        List<String> all = List.of(arguments);
        long bytes = Long.parseLong(all.get(0));
        Main.run(all.subList(1, all.size()), engine -> FrequentSnapshots.each(engine, bytes));
    }
}
