package dev.plinth.engine.http.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Prints what an attack did, and adds it to the figures of this run. */
final class Report {
    private static final Path FILE = Path.of("target", "hostile.md");
    private static final String HEAD = """
            | attack | honest calls alone | p50 ms | p99 ms | beside it | p50 | p99 | max | p99 ratio | refused | webhooks lost | webhook delay p95 ms | live MiB before | after | told the attacker | faults |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """;

    private Report() {}

    static synchronized void add(
            AttackSuite attack,
            HonestProcess.Seen seen,
            AnswerCounts answerCounts,
            OptionalInt before,
            OptionalInt after,
            List<String> faults)
            throws IOException {
        Figures alone = seen.alone();
        Figures beside = seen.attacked();
        String row = String.format(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %d | %.1f | %.1f | %.0f | %.1f | %s | %d | %.0f | %s | %s | %s | %s |%n",
                attack,
                alone.count(),
                alone.p50(),
                alone.p99(),
                beside.count(),
                beside.p50(),
                beside.p99(),
                beside.max(),
                beside.p99() / Math.max(0.1, alone.p99()),
                seen.refused(),
                seen.lost(),
                seen.delay().p95(),
                megabytes(before),
                megabytes(after),
                answerCounts,
                String.join("; ", faults).replaceAll("\\s+", " "));
        System.out.print(row);
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
