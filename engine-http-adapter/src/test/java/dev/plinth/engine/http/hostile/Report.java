package dev.plinth.engine.http.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Prints what an attack did, and adds its latencies to the table of this run. One thread. */
final class Report {
    private static final Path FILE = Path.of("target", "hostile-figures.md");
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_MIN = 0.1;
    private static final String HEAD = """
            | attack | answers a second | calls alone | p50 ms | p99 ms | beside | p50 ms | p99 ms | max ms | p99 beside / alone | webhook delay p95 ms |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    private final AttackSuite attack;
    private final AnswerCounts answerCounts;
    private long answers;
    private long nanos;

    /** Makes the report of an attack whose answers are counted here. */
    Report(AttackSuite attack, AnswerCounts answerCounts) {
        this.attack = attack;
        this.answerCounts = answerCounts;
    }

    /** A turn of the attack begins. */
    void begin() {
        answers -= answerCounts.count();
        nanos -= System.nanoTime();
    }

    /** The turn ends. */
    void end() {
        nanos += System.nanoTime();
        answers += answerCounts.count();
    }

    /** Prints all, and adds the latencies to the table. */
    void add(HonestProcess.Seen seen, OptionalInt before, OptionalInt after, List<String> faults) throws IOException {
        Figures alone = seen.alone();
        Figures beside = seen.beside();
        String row = String.format(
                Locale.ROOT,
                "| %s | %.0f | %d | %.1f | %.1f | %d | %.1f | %.1f | %.0f | %.1f | %.0f |%n",
                attack,
                answers / (nanos / NANOS_PER_SECOND),
                alone.count(),
                alone.p50(),
                alone.p99(),
                beside.count(),
                beside.p50(),
                beside.p99(),
                beside.max(),
                beside.p99() / Math.max(MILLIS_MIN, alone.p99()),
                seen.delay().p95());
        System.out.print(row);
        System.out.println("  honest tenant: refused " + seen.refused() + ", webhooks lost " + seen.lost()
                + "; live MiB: " + megabytes(before) + " before, " + megabytes(after) + " after; attacker: "
                + answerCounts + "; faults: " + faults);
        answerCounts.examples().forEach((kind, body) -> System.out.println("  " + kind + ": " + body));
        if (!Files.exists(FILE)) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, HEAD);
        }
        Files.writeString(FILE, row, StandardOpenOption.APPEND);
    }

    private static String megabytes(OptionalInt value) {
        return value.isPresent() ? String.valueOf(value.getAsInt()) : "?";
    }
}
