package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Measures one {@link Peer}: creates under a new key by 1, 2, 8 and 64 callers and by futures, repeated creates, and
 * gets among 2,000 rows. The JVM is warm from ten seconds of all of them, and each kind meets an empty peer of its own.
 * So no figure has the garbage of those before it. It takes half a minute, and a suite does it three times, peer by peer.
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
    private static final long WARM_UP_MILLIS = 10_000;
    private static final long SETTLE_MILLIS = 300;
    private static final long MILLIS = 1_500;
    /** Numbers for each use of a peer, more than it takes; a multiple of the workspaces. */
    private static final int NUMBERS = 1 << 26;

    private static final int ROOM = 3_000_000;
    private static final int CONNECTIONS = 64;
    private static final long GIBIBYTE = 1L << 30;

    private final String name;
    private final Path directory;
    private int opened;

    private interface Opener {
        Peer open() throws Exception;
    }

    /** Measures one kind of load on an empty peer for some milliseconds. */
    private interface Kind {
        Load.Done on(Rows rows, long millis) throws InterruptedException;
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
            figures.measure(() -> new RedisPeer(postgres(postgres.port()), redis.port(), CONNECTIONS));
        }
    }

    private Peer open() throws Exception {
        int number = opened++;
        Path files = Files.createDirectories(directory.resolve("peer" + number));
        return switch (name) {
            case "plinth MEMORY" -> new PlinthPeer(Engine.builder().inMemory());
            case "plinth OS" -> new PlinthPeer(durable(files, Durability.OS));
            case "plinth FSYNC" -> new PlinthPeer(durable(files, Durability.FSYNC));
            case "H2 memory" -> new SqlPeer(h2("mem:bench" + number));
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
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("get 1", (rows, millis) -> Load.blocking(1, millis, rows::get));
        kinds.put("get 2", (rows, millis) -> Load.blocking(2, millis, rows::get));
        kinds.put("replay 1", (rows, millis) -> Load.blocking(1, millis, rows::replay));
        for (int callers : CALLERS) {
            kinds.put("create " + callers, (rows, millis) -> Load.blocking(callers, millis, rows::create));
        }
        try (Peer peer = opener.open()) {
            if (peer.canSubmit()) {
                kinds.put("create submit", (rows, millis) -> Load.submitting(millis, rows::submit));
            }
            Rows rows = new Rows(peer);
            for (Kind kind : kinds.values()) {
                rows.load(kind, Figures.length(WARM_UP_MILLIS) / kinds.size());
            }
        }
        for (Map.Entry<String, Kind> kind : kinds.entrySet()) {
            try (Peer peer = opener.open()) {
                Rows rows = new Rows(peer);
                Load.Done unused = rows.load(kind.getValue(), Figures.length(SETTLE_MILLIS));
                // The garbage of the peer before is old from now on.
                System.gc();
                long collecting = Machine.collectingMillis();
                long began = System.nanoTime();
                Load.Done done = rows.load(kind.getValue(), Figures.length(MILLIS));
                double share = Machine.collectingMillis() - collecting;
                share /= TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                print(kind.getKey(), done, share);
            }
        }
    }

    /** The rows of a peer, with numbers of which none comes twice. */
    private static final class Rows {
        private final Peer peer;
        private final String[] ids = new String[READ_ROWS];
        private int base = NUMBERS;

        Rows(Peer peer) {
            this.peer = peer;
            for (int i = 0; i < READ_ROWS; i++) {
                ids[i] = peer.create(i);
            }
        }

        Load.Done load(Kind kind, long millis) throws InterruptedException {
            Load.Done done = kind.on(this, millis);
            base += NUMBERS;
            return done;
        }

        private Object create(long turn) {
            return peer.create(base + (int) turn);
        }

        private CompletableFuture<?> submit(long turn) {
            return peer.submit(base + (int) turn);
        }

        private Object replay(long turn) {
            peer.replay((int) (turn % READ_ROWS));
            return peer;
        }

        private Object get(long turn) {
            int row = (int) (turn % READ_ROWS);
            peer.get(row, ids[row]);
            return peer;
        }
    }

    private void print(String kind, Load.Done done, double collecting) {
        String what = name + " " + kind;
        Figures.print(what, done.perSecond(), "1/s");
        Figures.print(what + " collecting", 100 * collecting, "%");
        if (done.nanos().getTotalCount() > 0) {
            Figures.print(what + " mean", done.nanos().getMean() / TimeUnit.MICROSECONDS.toNanos(1), "µs");
            Figures.print(what, done.nanos(), 50, 99, 99.9, 100);
        }
    }
}
