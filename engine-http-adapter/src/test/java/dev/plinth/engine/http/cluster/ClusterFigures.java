package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import dev.plinth.engine.http.cluster.Samples.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads figures of nodes that run, of their rows and of their database. The nodes run on Linux. One thread. */
final class ClusterFigures {
    private static final long MIB = 1024L * 1024;
    private static final double GROWS = 1.5;
    private static final double STAYS = 1;
    /** A leader has so many more threads than a follower, and the nodes lead in turn. */
    private static final long THREADS_OF_A_LEADER = 24;

    private static final long FILES_OF_A_LEADER = 64;
    /** Threads of a pool come when calls wait for the end of a fault, and go minutes later. */
    private static final long THREADS_OF_A_POOL = 128;

    private static final Pattern POOLED = Pattern.compile("plinth-(?:http|worker)-\\d+");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern HISTOGRAM_TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)$");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)$");

    private final Cluster cluster;
    private final String number;
    private final RetryingClient operator;

    ClusterFigures(Cluster cluster) {
        this.cluster = cluster;
        this.number = cluster.number();
        this.operator = new RetryingClient(
                cluster.admin(), new Ledger(), 0, new RetryingClient.Manner(false, TIMEOUT), new Random(0));
    }

    /** Reads all figures, in the same order each time. */
    Map<Figure, Long> read() throws IOException, InterruptedException {
        Map<Figure, Long> figures = new LinkedHashMap<>();
        long threads = 0;
        long files = 0;
        for (ClusterNode node : cluster.nodes()) {
            Path process = Path.of("/proc", Long.toString(node.pid()));
            String status = Files.readString(process.resolve("status"));
            long pooledThreads = pooledThreads(process);
            long threadsOfNode = number(THREADS, status) - pooledThreads;
            long filesOfNode = openFiles(process);
            figures.put(new Figure(node.id() + " live heap bytes", GROWS, 16 * MIB), liveHeap(node));
            figures.put(new Figure(node.id() + " resident bytes", GROWS, 64 * MIB), 1024 * number(RESIDENT, status));
            figures.put(new Figure(node.id() + " threads", STAYS, THREADS_OF_A_LEADER), threadsOfNode);
            figures.put(new Figure(node.id() + " threads of pools", STAYS, THREADS_OF_A_POOL), pooledThreads);
            figures.put(new Figure(node.id() + " open files", STAYS, FILES_OF_A_LEADER), filesOfNode);
            threads += threadsOfNode;
            files += filesOfNode;
        }
        // A single node leads at any time, so that the sums stay.
        figures.put(new Figure("threads", STAYS, 12), threads);
        figures.put(new Figure("open files", STAYS, 48), files);
        addDatabase(figures);
        rows().forEach((table, rows) -> figures.put(new Figure("rows of " + table, GROWS, 5_000), rows));
        return figures;
    }

    /** Returns how many rows each table of the engine has. */
    Map<String, Long> rows() throws InterruptedException {
        Answer answer = operator.settle(Request.get("/admin/v1/tables"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        Map<String, Long> rows = new LinkedHashMap<>();
        for (Object table : (List<?>) answer.json().get("data")) {
            Map<?, ?> members = (Map<?, ?>) table;
            rows.put(String.valueOf(members.get("name")), ((Number) members.get("rows")).longValue());
        }
        return rows;
    }

    /** Returns how many threads are those of the server and of its workers, whose numbers have a limit. */
    private static long pooledThreads(Path process) throws IOException {
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            return threads.filter(thread -> POOLED.matcher(name(thread)).matches())
                    .count();
        }
    }

    /** Returns the name of a thread; empty if it has ended. */
    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException ended) {
            return "";
        }
    }

    private static long openFiles(Path process) throws IOException {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.count();
        }
    }

    /** Has a node collect its garbage, and returns what is left. */
    private static long liveHeap(ClusterNode node) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        Long.toString(node.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jcmd.waitFor()).as(histogram).isZero();
        return number(HISTOGRAM_TOTAL, histogram);
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private void addDatabase(Map<Figure, Long> figures) {
        figures.put(
                new Figure("database bytes", GROWS, 160 * MIB), query("select pg_database_size(current_database())"));
        // Batches go to another table every 64 MiB, so that the newest two go up and down.
        figures.put(new Figure("bytes of batches", GROWS, 128 * MIB), size("log"));
        figures.put(new Figure("bytes of snapshots", GROWS, 32 * MIB), size("part"));
        figures.put(
                new Figure("snapshots", STAYS, 1),
                query("select count(*) from plinth_snapshot where number = " + number));
        String dead = cluster.servers()
                .query("select string_agg(relname || '=' || n_dead_tup, ' ' order by relname) from pg_stat_user_tables"
                        + " where relname in ('plinth_cell', 'plinth_node', 'plinth_snapshot')"
                        + " or relname ~ '^plinth_(log|part)_" + number + "_'");
        for (String table : dead.split(" ")) {
            String[] parts = table.split("=");
            figures.put(new Figure("dead rows of " + parts[0], GROWS, 2_000), Long.parseLong(parts[1]));
        }
    }

    private long size(String kind) {
        return query("select sum(pg_total_relation_size(oid)) from pg_class where relkind = 'r' and relname ~ '^plinth_"
                + kind + "_" + number + "_'");
    }

    private long query(String sql) {
        return Long.parseLong(cluster.servers().query(sql));
    }
}
