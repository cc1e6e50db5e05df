package dev.plinth.engine.benchmarks.report;

import static dev.plinth.engine.benchmarks.report.Aim.Sense.AT_LEAST;
import static dev.plinth.engine.benchmarks.report.Aim.Sense.AT_MOST;
import static dev.plinth.engine.benchmarks.report.Aim.Sense.TOLD;

import java.util.List;

/**
 * The targets of the engine, as ratios within one run on one machine. They count how many times as fast the engine is,
 * unless they say otherwise.
 */
public final class Aims {
    private static final String TAKE = "rate-limit take, one hot bucket";
    private static final String TAKE_MANY = "rate-limit take, 100,000 workspaces found by id";
    private static final String CREATE = "idempotent create, one caller, `MEMORY`";
    private static final String BLOCKING = "idempotent create, `FSYNC`, 64 blocking callers";
    private static final String FUTURES = "idempotent create, `FSYNC`, `submit()`";
    private static final String ONE = "TakeBenchmark.oneBucket";
    private static final String MANY = "TakeBenchmark.manyBuckets";
    private static final String FSYNC_64 = "plinth FSYNC create 64";
    private static final String FSYNC_SUBMIT = "plinth FSYNC create submit";
    private static final String POSTGRES = "PostgreSQL `synchronous_commit=on` + Redis + Bucket4j";
    private static final String SQLITE = "SQLite WAL, `synchronous=FULL`";
    private static final String GROUPED = "the same, many callers in one transaction (the application groups)";

    /** All targets. */
    public static final List<Aim> ALL = List.of(
            new Aim(TAKE, "Bucket4j", "LimitPeersBenchmark.bucket4jOne", ONE, AT_LEAST, 1.05),
            new Aim(TAKE, "Resilience4j", "LimitPeersBenchmark.resilience4jOne", ONE, TOLD, 0),
            new Aim(TAKE, "Guava", "LimitPeersBenchmark.guavaOne", ONE, TOLD, 0),
            new Aim(TAKE + ": time", "bare nanoTime and CAS", ONE, "LimitPeersBenchmark.bareOne", AT_MOST, 1.3),
            new Aim(
                    TAKE_MANY,
                    "Bucket4j in a ConcurrentHashMap",
                    "LimitPeersBenchmark.bucket4jMany",
                    MANY,
                    AT_LEAST,
                    1.3),
            new Aim(
                    TAKE_MANY + ": time",
                    "bare CAS in a ConcurrentHashMap",
                    MANY,
                    "LimitPeersBenchmark.bareMany",
                    AT_MOST,
                    1.5),
            new Aim(CREATE, "H2 in memory", "plinth MEMORY create 1", "H2 memory create 1", AT_LEAST, 3),
            new Aim(CREATE, POSTGRES, "plinth MEMORY create 1", "PostgreSQL on create 1", AT_LEAST, 110),
            new Aim(
                    "idempotent create, two callers, `MEMORY`",
                    "H2 in memory",
                    "plinth MEMORY create 2",
                    "H2 memory create 2",
                    AT_LEAST,
                    4),
            new Aim(BLOCKING, POSTGRES + ", 64 callers", FSYNC_64, "PostgreSQL on create 64", AT_LEAST, 10),
            new Aim(BLOCKING, SQLITE + ", 64 callers", FSYNC_64, "SQLite FULL create 64", AT_LEAST, 24),
            new Aim(BLOCKING, GROUPED, FSYNC_64, "SQLite FULL, grouped create 64", AT_LEAST, 4),
            new Aim(BLOCKING, "raw group commit, 64 callers", "durable creates 64", "raw log 64", AT_LEAST, 0.5),
            new Aim(FUTURES, POSTGRES + ", 64 callers", FSYNC_SUBMIT, "PostgreSQL on create 64", AT_LEAST, 25),
            new Aim(FUTURES, SQLITE + ", 64 callers", FSYNC_SUBMIT, "SQLite FULL create 64", AT_LEAST, 20),
            new Aim(FUTURES, GROUPED, FSYNC_SUBMIT, "SQLite FULL, grouped create 64", TOLD, 0),
            new Aim(FUTURES, "raw group commit, 64 callers", "durable creates submit", "raw log 64", AT_LEAST, 0.9),
            new Aim(FUTURES, "raw group commit by futures", "durable creates submit", "raw log submit", TOLD, 0),
            new Aim(FUTURES, "the same in `MEMORY`", "durable creates submit", "memory creates submit", AT_LEAST, 0.7),
            new Aim(
                    "replay of a remembered response",
                    "Redis GET over loopback",
                    "Redis GET mean",
                    "plinth MEMORY replay 1 mean",
                    AT_LEAST,
                    60),
            new Aim(
                    "replay of a remembered response",
                    "Caffeine, fingerprint compared",
                    "ReplayPeersBenchmark.caffeine",
                    "PathBenchmark.replay HEAP",
                    AT_LEAST,
                    0.2),
            new Aim(
                    "get by id, key check and limit, 2,000 rows",
                    "H2 in memory, the same work",
                    "plinth MEMORY get 1",
                    "H2 memory get 1",
                    AT_LEAST,
                    4.5),
            new Aim(
                    "get by id, 10,000 rows off-heap: time",
                    "get of a bare Chronicle map",
                    "store 10000 get",
                    "raw map 10000 get",
                    AT_MOST,
                    5),
            new Aim(
                    "get by id, 1,000,000 rows off-heap: time",
                    "get of a bare Chronicle map",
                    "store 1000000 get",
                    "raw map 1000000 get",
                    AT_MOST,
                    2),
            new Aim(
                    "get by id, 10,000,000 rows off-heap: time",
                    "get of a bare Chronicle map",
                    "store 10000000 get",
                    "raw map 10000000 get",
                    AT_MOST,
                    1.7),
            new Aim(
                    "read of a row by its key, 10,000 rows off-heap: time",
                    "get of a bare Chronicle map",
                    "store 10000 row",
                    "raw map 10000 get",
                    AT_MOST,
                    2.5),
            new Aim(
                    "read of a row by its key, 1,000,000 rows off-heap: time",
                    "get of a bare Chronicle map",
                    "store 1000000 row",
                    "raw map 1000000 get",
                    AT_MOST,
                    2.5),
            new Aim(
                    "read of a row by its key, 10,000,000 rows off-heap: time",
                    "get of a bare Chronicle map",
                    "store 10000000 row",
                    "raw map 10000000 get",
                    AT_MOST,
                    2.5),
            new Aim("creates, two threads", "one", "plinth MEMORY create 2", "plinth MEMORY create 1", AT_LEAST, 1.1),
            new Aim("creates, 64 threads", "one", "plinth MEMORY create 64", "plinth MEMORY create 1", AT_LEAST, 0.9),
            new Aim("p99 of a create, 64 threads, µs", "–", "plinth MEMORY create 64 p99", "", AT_MOST, 500),
            new Aim(
                    "longest pause of the collector in 1,000,000 creates, rows on the heap, µs",
                    "–",
                    "million creates longest pause",
                    "",
                    AT_MOST,
                    20_000),
            new Aim(
                    "p50 of a create with 131,072 workspaces: time",
                    "with one",
                    "workspaces many create p50",
                    "workspaces 1 create p50",
                    AT_MOST,
                    1.3),
            new Aim("gets, two threads", "one", "plinth MEMORY get 2", "plinth MEMORY get 1", AT_LEAST, 1.6),
            new Aim(
                    "creates, one caller, `OS`, beside a live tail of 1,000 events a second",
                    "the same without the tail",
                    "creates beside a tail",
                    "creates without a tail",
                    AT_LEAST,
                    0.95),
            new Aim(
                    "frames of 64 callers, two nodes over PostgreSQL with a standby",
                    "bare insertions of equal frames, one connection",
                    "cluster frames 64",
                    "cluster bare insertions 64",
                    AT_LEAST,
                    0.7),
            new Aim(
                    "bytes of that database behind 1,000,000 resources",
                    "their keys and rows",
                    "cluster-size database",
                    "cluster-size keys and rows",
                    AT_MOST,
                    3),
            new Aim("a create there, more than a bare insertion, µs", "–", "cluster create adds", "", AT_MOST, 300),
            new Aim("a get there, more than a bare round trip, µs", "–", "cluster get adds", "", AT_MOST, 200),
            new Aim("forwarding there, more than a direct call, µs", "–", "cluster forwarding adds", "", AT_MOST, 300),
            new Aim("p99 of how late a follower is, µs", "–", "cluster follower late p99", "", AT_MOST, 300_000),
            new Aim(
                    "creates of 64 callers, two nodes over PostgreSQL with a standby",
                    "a node with a directory at `FSYNC`",
                    "cluster creates 64",
                    "cluster single creates 64",
                    TOLD,
                    0),
            new Aim("HTTP get", "bare Jetty, fixed answer", "http plinth get", "http Jetty get", AT_LEAST, 0.8),
            new Aim(
                    "HTTP create",
                    "bare Jetty, fixed answer",
                    "http plinth create",
                    "http Jetty create",
                    AT_LEAST,
                    0.75),
            new Aim(
                    "HTTP create, first 5 s of a JVM",
                    "WireMock stub",
                    "http plinth create first",
                    "http WireMock create first",
                    AT_LEAST,
                    10),
            new Aim("HTTP create, warm", "WireMock stub", "http plinth create", "http WireMock create", AT_LEAST, 1.7),
            new Aim(
                    "`Engine.inMemory()` in a warm JVM: time",
                    "start of a WireMock server",
                    "start inMemory",
                    "start WireMock",
                    AT_MOST,
                    0.1),
            new Aim(
                    "cold JVM to the first answer over HTTP: time",
                    "WireMock",
                    "cold start plinth",
                    "cold start WireMock",
                    AT_MOST,
                    0.5),
            new Aim("allocated by a create, bytes", "–", "PathBenchmark.create HEAP allocated", "", AT_MOST, 2_200),
            new Aim("allocated by a get, bytes", "–", "PathBenchmark.get HEAP allocated", "", AT_MOST, 1_000),
            new Aim("allocated by a replay, bytes", "–", "PathBenchmark.replay HEAP allocated", "", AT_MOST, 1_500),
            new Aim(
                    "p99.9 of a mixed load, 10,000,000 resources, `-Xmx512m`",
                    "the same rows in a ConcurrentHashMap, `-Xmx8g`",
                    "mixed map p99.9",
                    "mixed plinth p99.9",
                    AT_LEAST,
                    1),
            new Aim(
                    "bytes off-heap a resource",
                    "its encoded rows",
                    "store 1000000 tables",
                    "store 1000000 keys and rows",
                    AT_MOST,
                    1.3));

    private Aims() {}
}
