package dev.plinth.engine.http.cluster;

import dev.plinth.engine.http.cluster.Ledger.Acknowledgement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Times of a scenario, printed and appended to a file. They are not judged, because the machine may be busy. One thread. */
final class Figures {
    private static final Path FILE = Path.of("target", "cluster-faults.txt");

    private final String scenario;
    private final List<Long> next = new ArrayList<>();
    private final List<Long> gaps = new ArrayList<>();

    Figures(String scenario) {
        this.scenario = scenario;
    }

    /**
     * Adds a fault.
     *
     * @param faultNanos when it began, by {@link System#nanoTime}
     */
    void add(long faultNanos, Ledger ledger) {
        List<Acknowledgement> all = ledger.acknowledgements();
        all.stream()
                .filter(one -> one.began() > faultNanos)
                .mapToLong(Acknowledgement::ended)
                .min()
                .ifPresent(first -> next.add(TimeUnit.NANOSECONDS.toMillis(first - faultNanos)));
        long longest = 0;
        long last = faultNanos;
        for (Acknowledgement one : all) {
            if (one.ended() > faultNanos) {
                longest = Math.max(longest, one.ended() - last);
                last = Math.max(last, one.ended());
            }
        }
        gaps.add(TimeUnit.NANOSECONDS.toMillis(longest));
    }

    /** Prints them with a remark. */
    void print(String remark) throws IOException {
        remark(next.size() + " faults; next acknowledgement " + summary(next) + "; longest gap " + summary(gaps) + "; "
                + remark);
    }

    /** Prints a remark alone. */
    void remark(String remark) throws IOException {
        String line = scenario + ": " + remark;
        System.out.println(line);
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String summary(List<Long> millis) {
        if (millis.isEmpty()) {
            return "none";
        }
        List<Long> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        return "p50 " + sorted.get(sorted.size() / 2) + " ms, max " + sorted.get(sorted.size() - 1) + " ms";
    }
}
