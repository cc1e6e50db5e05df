package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Durability;
import dev.plinth.engine.api.Tables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;

/**
 * Measures one {@link Peer}: creates under a new key by 1, 2, 8 and 64 callers and by futures, repeated creates, and
 * gets among 2,000 rows. After a warm-up they take turns, and the median of three counts. It takes less than a minute.
 */
final class StackFigures {
    /** The peers, each measured in a process of its own. */
    static final List<String> PEERS = List.of(
            "plinth MEMORY",
            "plinth OS",
            "plinth FSYNC",
            "H2 memory",
            "H2 file",
            "SQLite NORMAL",
            "SQLite FULL",
            "SQLite FULL, grouped",
            "PostgreSQL on",
            "PostgreSQL off");

    private static final int[] CALLERS = {1, 2, 8, 64};
    private static final int READ_ROWS = 2_000;
    private static final int ROUNDS = 3;
    private static final long WARM_UP_MILLIS = 1_500;
    private static final long SETTLE_MILLIS = 200;
    private static final long MILLIS = 1_300;
    /** Numbers for each kind of load, more than one uses up; a multiple of the workspaces. */
    private static final int NUMBERS = 1 << 26;

    private static final int ROOM = 3_000_000;
    private static final int CONNECTIONS = 64;
    private static final long GIBIBYTE = 1L << 30;

    private final String name;
    private final Path directory;
    private final Map<String, double[]> rates = new LinkedHashMap<>();
    private final Map<String, Histogram> latencies = new LinkedHashMap<>();

    private interface Opener {
        Peer open(int round) throws Exception;
    }

    private StackFigures(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    /** Measures a peer whose files are in this directory. */
    static void run(String name, Path directory) throws Exception {
        StackFigures figures = new StackFigures(name, directory);
        if (!name.startsWith("PostgreSQL")) {
            figures.measure(figures::open);
            return;
        }
        try (Servers.Running redis = Servers.redis(directory);
                Servers.Running postgres = Servers.postgres(directory, name.substring("PostgreSQL ".length()))) {
            figures.measure(round -> new RedisPeer(postgres(postgres.port()), redis.port(), CONNECTIONS));
        }
    }

    private Peer open(int round) throws Exception {
        Path files = Files.createDirectories(directory.resolve("round" + round));
        return switch (name) {
            case "plinth MEMORY" -> new PlinthPeer(Engine.builder().inMemory());
            case "plinth OS" -> new PlinthPeer(durable(files, Durability.OS));
            case "plinth FSYNC" -> new PlinthPeer(durable(files, Durability.FSYNC));
            case "H2 memory" -> new SqlPeer(h2("mem:bench" + round));
            case "H2 file" -> new SqlPeer(h2("file:" + files.resolve("h2")));
            case "SQLite NORMAL" -> new SqlPeer(sqlite(files, "NORMAL"));
            case "SQLite FULL" -> new SqlPeer(sqlite(files, "FULL"));
            case "SQLite FULL, grouped" -> new GroupedPeer(sqlite(files, "FULL"));
            default -> throw new IllegalArgumentException("Expected one of " + PEERS + ", but got " + name);
        };
    }

    private static EngineBuilder durable(Path directory, Durability level) {
        return Engine.builder()
                .directory(directory.resolve("data"))
                .durability(level)
                .tables(Tables.OFF_HEAP)
                .maxResources(ROOM);
    }

    /** Returns H2 with 64 connections inside the process. */
    private static SqlPeer.Dialect h2(String where) {
        return new SqlPeer.Dialect(
                "jdbc:h2:" + where + ";CACHE_SIZE=1048576", "VARBINARY(65536)", List.of(), CONNECTIONS, CONNECTIONS);
    }

    /**
     * Returns SQLite, which has one writer at a time. A caller waits here for its connection and not in SQLite, whose
     * own waiting sleeps.
     */
    private static SqlPeer.Dialect sqlite(Path directory, String synchronous) {
        return new SqlPeer.Dialect(
                "jdbc:sqlite:" + directory.resolve("sqlite.db"),
                "BLOB",
                List.of(
                        "PRAGMA journal_mode=WAL",
                        "PRAGMA synchronous=" + synchronous,
                        "PRAGMA wal_autocheckpoint=10000",
                        "PRAGMA cache_size=-65536",
                        "PRAGMA mmap_size=" + GIBIBYTE,
                        "PRAGMA temp_store=MEMORY"),
                CONNECTIONS,
                1);
    }

    private static SqlPeer.Dialect postgres(int port) {
        return new SqlPeer.Dialect(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=bench&prepareThreshold=1&binaryTransfer=true",
                "BYTEA",
                List.of(),
                Integer.getInteger("plinth.bench.connections", CONNECTIONS),
                0);
    }

    private void measure(Opener opener) throws Exception {
        for (int round = -1; round < ROUNDS; round++) {
            try (Peer peer = opener.open(round)) {
                new Round(peer, round).run();
            }
        }
        print();
    }

    /** A round of all kinds of load, on an empty peer. */
    private final class Round {
        private final Peer peer;
        private final int round;
        private final long millis;
        private final String[] ids = new String[READ_ROWS];
        private int base;

        Round(Peer peer, int round) {
            this.peer = peer;
            this.round = round;
            millis = Figures.length(round < 0 ? WARM_UP_MILLIS : MILLIS);
        }

        private void run() throws InterruptedException {
            for (int i = 0; i < READ_ROWS; i++) {
                ids[i] = peer.create(i);
            }
            base = NUMBERS;
            blocking("get 1", 1, this::get);
            blocking("get 2", 2, this::get);
            blocking("replay 1", 1, this::replay);
            for (int callers : CALLERS) {
                blocking("create " + callers, callers, number -> peer.create((int) number));
            }
            if (peer.canSubmit()) {
                note("create submit", round, Load.submitting(millis, turn -> peer.submit(base + (int) turn)));
            }
        }

        /**
         * Measures twice and counts only the second time, because the first calls after another kind are slower. No
         * number comes twice.
         */
        private void blocking(String what, int callers, LongFunction<?> operation) throws InterruptedException {
            for (long length : new long[] {Figures.length(SETTLE_MILLIS), millis}) {
                int from = base;
                note(
                        what,
                        length == millis ? round : -1,
                        Load.blocking(callers, length, turn -> operation.apply(from + turn)));
                base += NUMBERS;
            }
        }

        private boolean replay(long number) {
            peer.replay((int) (number % READ_ROWS));
            return true;
        }

        private boolean get(long number) {
            int row = (int) (number % READ_ROWS);
            peer.get(row, ids[row]);
            return true;
        }
    }

    private void note(String what, int round, Load.Done done) {
        if (round >= 0) {
            rates.computeIfAbsent(what, any -> new double[ROUNDS])[round] = done.perSecond();
            latencies.computeIfAbsent(what, any -> Load.histogram()).add(done.nanos());
        }
    }

    private void print() {
        rates.forEach((what, each) -> {
            Arrays.sort(each);
            Figures.print(name + " " + what, each[ROUNDS / 2], "1/s");
            Histogram nanos = latencies.getOrDefault(what, Load.histogram());
            if (nanos.getTotalCount() > 0) {
                Figures.print(name + " " + what + " mean", nanos.getMean() / TimeUnit.MICROSECONDS.toNanos(1), "µs");
                Figures.print(name + " " + what, nanos, 50, 99, 99.9);
            }
        });
    }
}
