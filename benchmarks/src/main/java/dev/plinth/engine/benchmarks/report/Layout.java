package dev.plinth.engine.benchmarks.report;

import java.util.List;

/** Places the figures in tables and charts. */
final class Layout {
    private static final List<String> STACKS = List.of(
            "**Plinth**, `MEMORY` = plinth MEMORY",
            "H2 in memory = H2 memory",
            "**Plinth**, `OS` = plinth OS",
            "H2 on file = H2 file",
            "SQLite WAL, `NORMAL` = SQLite NORMAL",
            "PostgreSQL `off` + Redis = PostgreSQL off",
            "**Plinth**, `FSYNC` = plinth FSYNC",
            "SQLite WAL, `FULL` = SQLite FULL",
            "SQLite WAL, `FULL`, grouped = SQLite FULL, grouped",
            "PostgreSQL `on` + Redis = PostgreSQL on");
    private static final List<String> PATHS = List.of(
            "create, bytes = PathBenchmark.create",
            "create, typed = PathBenchmark.createTyped",
            "get, bytes = PathBenchmark.get",
            "get, typed = PathBenchmark.getTyped",
            "replay = PathBenchmark.replay",
            "patch = PathBenchmark.patch",
            "page of 20 = PathBenchmark.page",
            "publish an event = PathBenchmark.publish",
            "start a job = PathBenchmark.startJob");

    static final List<Grid> GRIDS = List.of(
            Grid.of(
                    "creates",
                    List.of(
                            "",
                            "1 caller",
                            "2",
                            "8",
                            "64",
                            "`submit()`",
                            "p50 of 1",
                            "p99 of 1",
                            "p99.9 of 1",
                            "longest of 1",
                            "p99 of 64",
                            "collecting, 1"),
                    STACKS,
                    " create 1",
                    " create 2",
                    " create 8",
                    " create 64",
                    " create submit",
                    " create 1 p50",
                    " create 1 p99",
                    " create 1 p99.9",
                    " create 1 max",
                    " create 64 p99",
                    " create 1 collecting"),
            Grid.of(
                    "reads",
                    List.of("", "get, 1 caller", "2 callers", "p99 of 1", "replay, 1 caller", "p99"),
                    STACKS,
                    " get 1 mean",
                    " get 2",
                    " get 1 p99",
                    " replay 1 mean",
                    " replay 1 p99"),
            new Grid(
                    "limits",
                    List.of("", "one hot bucket", "100,000 workspaces, found by id"),
                    List.of(
                            new Grid.Row("**Plinth**", List.of("TakeBenchmark.oneBucket", "TakeBenchmark.manyBuckets")),
                            limit("Bucket4j", "bucket4j"),
                            new Grid.Row("Resilience4j", List.of("LimitPeersBenchmark.resilience4jOne", "")),
                            new Grid.Row("Guava RateLimiter", List.of("LimitPeersBenchmark.guavaOne", "")),
                            limit("bare nanoTime and CAS", "bare"))),
            new Grid(
                    "replays",
                    List.of("", "time"),
                    List.of(
                            new Grid.Row("**Plinth**, the whole call", List.of("plinth MEMORY replay 1 mean")),
                            new Grid.Row("Redis GET over loopback", List.of("Redis GET mean")),
                            new Grid.Row(
                                    "Caffeine, key looked up and fingerprint made and compared",
                                    List.of("ReplayPeersBenchmark.caffeine")))),
            Grid.of(
                    "http",
                    List.of(
                            "",
                            "create, first 5 s of a JVM",
                            "create, warm",
                            "p99",
                            "processor",
                            "get, warm",
                            "p99",
                            "processor"),
                    List.of(
                            "bare Jetty, fixed answer = http Jetty",
                            "**Plinth** = http plinth",
                            "WireMock = http WireMock"),
                    " create first",
                    " create",
                    " create p99",
                    " create processor",
                    " get",
                    " get p99",
                    " get processor"),
            new Grid(
                    "starts",
                    List.of("", "time"),
                    List.of(
                            new Grid.Row("**`Engine.inMemory()`**, warm JVM", List.of("start inMemory")),
                            new Grid.Row("WireMock server, warm JVM", List.of("start WireMock")),
                            new Grid.Row(
                                    "**Plinth**, cold JVM to the first 201 over HTTP, rows on the heap",
                                    List.of("cold start plinth")),
                            new Grid.Row("the same, rows off the heap", List.of("cold start plinth off-heap")),
                            new Grid.Row(
                                    "WireMock, cold JVM to the first 201 over HTTP", List.of("cold start WireMock")))),
            Grid.of(
                    "paths-heap",
                    List.of("rows on the heap", "mean", "p50", "p99", "p99.9", "allocated", "mean, 2 threads"),
                    PATHS,
                    " HEAP",
                    " HEAP p50",
                    " HEAP p99",
                    " HEAP p99.9",
                    " HEAP allocated",
                    " HEAP, 2 threads"),
            Grid.of(
                    "paths-off-heap",
                    List.of("rows off the heap", "mean", "p50", "p99", "p99.9", "allocated", "mean, 2 threads"),
                    PATHS,
                    " OFF_HEAP",
                    " OFF_HEAP p50",
                    " OFF_HEAP p99",
                    " OFF_HEAP p99.9",
                    " OFF_HEAP allocated",
                    " OFF_HEAP, 2 threads"),
            Grid.of(
                    "rooms",
                    List.of("", "mean", "allocated"),
                    List.of(
                            "authenticate, key known = RoomBenchmark.authenticate",
                            "look up a fresh idempotency key, and end it = RoomBenchmark.freshKey",
                            "look up one under which an answer is remembered = RoomBenchmark.usedKey",
                            "fingerprint of the body as parsed = RoomBenchmark.fingerprint",
                            "parse the body = RoomBenchmark.parse",
                            "render it = RoomBenchmark.render",
                            "take a token = TakeBenchmark.oneBucket"),
                    "",
                    " allocated"),
            new Grid(
                    "durable",
                    List.of("callers", "creates", "raw log", "creates in memory"),
                    List.of(
                            durable("1", "1"),
                            durable("8", "8"),
                            durable("64", "64"),
                            durable("256", "256"),
                            durable("`submit()`, one thread, 8,192 open", "submit"))),
            Grid.of(
                    "units",
                    List.of("", "1 caller", "mean", "8", "mean", "64", "mean"),
                    List.of(
                            "**Plinth**, `FSYNC` = plinth unit",
                            "PostgreSQL, `synchronous_commit=on` = PostgreSQL unit",
                            "H2 in a file, which is not durable at the commit = H2 file unit",
                            "a job without effects = plinth job without effects",
                            "a job with effects = plinth job with effects"),
                    " 1",
                    " 1 mean",
                    " 8",
                    " 8 mean",
                    " 64",
                    " 64 mean"),
            Grid.of(
                    "cluster",
                    List.of("", "a second", "mean", "p50", "p99"),
                    List.of(
                            "create, 1 caller = cluster creates 1",
                            "bare insertion of an equal frame = cluster bare insertions 1",
                            "create, 1 caller, directory at `FSYNC` = cluster single creates 1",
                            "create, 64 callers = cluster creates 64",
                            "bare insertion of a frame of theirs = cluster bare insertions 64",
                            "create, 64 callers, directory at `FSYNC` = cluster single creates 64",
                            "get = cluster gets",
                            "bare round trip = cluster bare round trips",
                            "get over HTTP at the leader = cluster gets over HTTP",
                            "get over HTTP at the follower = cluster forwarded gets over HTTP"),
                    "",
                    " mean",
                    " p50",
                    " p99"),
            Grid.of(
                    "guard",
                    List.of("", "mean", "allocated"),
                    List.of(
                            "the code alone = GuardBenchmark.direct",
                            "guarded = GuardBenchmark.guarded",
                            "an operation = GuardBenchmark.operation",
                            "guarded, under a new key = GuardBenchmark.guardedUnderAKey",
                            "an operation, under a new key = GuardBenchmark.operationUnderAKey"),
                    "",
                    " allocated"),
            Grid.of(
                    "deliveries",
                    List.of("", "while published", "of a backlog", "sender, each", "receiver, each"),
                    List.of("`FSYNC` = webhooks FSYNC", "`OS` = webhooks OS"),
                    " while published",
                    " of a backlog",
                    " of a backlog sender",
                    " of a backlog receiver"),
            Grid.of(
                    "store",
                    List.of(
                            "resources",
                            "kill -9, to open again",
                            "quick restart",
                            "resident",
                            "keys and rows",
                            "tables of the quick restart"),
                    List.of("10,000 = store 10000", "1,000,000 = store 1000000", "10,000,000 = store 10000000"),
                    " kill -9 recovery",
                    " quick restart",
                    " resident",
                    " keys and rows",
                    " tables"),
            new Grid(
                    "store-gets",
                    List.of("rows", "get", "read of the row", "bare map"),
                    List.of(
                            new Grid.Row("10,000", List.of("store 10000 get", "store 10000 row", "raw map 10000 get")),
                            new Grid.Row(
                                    "1,000,000",
                                    List.of("store 1000000 get", "store 1000000 row", "raw map 1000000 get")),
                            new Grid.Row(
                                    "10,000,000",
                                    List.of("store 10000000 get", "store 10000000 row", "raw map 10000000 get")))),
            Grid.of(
                    "pages",
                    List.of("page of 20, 10,000,000 in the store", "1,000 in the list", "1,000,000 in the list"),
                    List.of(
                            "no filter = store 10000000 page ?limit=20",
                            "`status=active` = store 10000000 page ?limit=20&status=active",
                            "`type=invoice` = store 10000000 page ?limit=20&type=invoice"),
                    " of 1 k",
                    " of 1 M"),
            Grid.of(
                    "steady",
                    List.of("", "p50", "p99", "p99.9", "p99.99", "longest"),
                    List.of(
                            "create = steady create",
                            "create, while a snapshot is written = steady create, snapshot",
                            "patch = steady patch",
                            "patch, while a snapshot is written = steady patch, snapshot",
                            "get = steady get",
                            "get, while a snapshot is written = steady get, snapshot",
                            "how late a thread wakes that only waits = steady late"),
                    " p50",
                    " p99",
                    " p99.9",
                    " p99.99",
                    " max"),
            Grid.of(
                    "mixed",
                    List.of("10,000,000 resources", "p50", "p99", "p99.9", "p99.99", "longest"),
                    List.of(
                            "**Plinth**, off-heap, `-Xmx512m` = mixed plinth",
                            "rows in a ConcurrentHashMap, `-Xmx8g` = mixed map"),
                    " p50",
                    " p99",
                    " p99.9",
                    " p99.99",
                    " max"));

    static final List<BarChart> CHARTS = List.of(
            new BarChart(
                    "durable.svg",
                    "Idempotent creates a second, durable before they are acknowledged",
                    "Key, limit, idempotency, resource, event and answer in one commit; 64 callers",
                    List.of(
                            "Plinth, submit(), one thread = plinth FSYNC create submit",
                            "Plinth, 64 callers = plinth FSYNC create 64",
                            "SQLite, application groups commits = SQLite FULL, grouped create 64",
                            "SQLite, synchronous=FULL = SQLite FULL create 64",
                            "PostgreSQL + Redis + Bucket4j = PostgreSQL on create 64")),
            new BarChart(
                    "memory.svg",
                    "Idempotent creates a second, one caller",
                    "In memory, on file without a sync, and behind PostgreSQL without one",
                    List.of(
                            "Plinth, MEMORY = plinth MEMORY create 1",
                            "Plinth, OS = plinth OS create 1",
                            "H2 in memory = H2 memory create 1",
                            "H2 on file = H2 file create 1",
                            "SQLite, synchronous=NORMAL = SQLite NORMAL create 1",
                            "PostgreSQL off + Redis + Bucket4j = PostgreSQL off create 1")),
            new BarChart(
                    "reads.svg",
                    "Time of one get by id, with key check and rate limit",
                    "2,000 rows, one caller",
                    List.of(
                            "Plinth = plinth MEMORY get 1 mean",
                            "H2 in memory = H2 memory get 1 mean",
                            "SQLite = SQLite FULL get 1 mean",
                            "PostgreSQL = PostgreSQL on get 1 mean")),
            new BarChart(
                    "limits.svg",
                    "Time of one rate-limit take",
                    "One hot bucket, one thread",
                    List.of(
                            "Plinth = TakeBenchmark.oneBucket",
                            "Bucket4j = LimitPeersBenchmark.bucket4jOne",
                            "Resilience4j = LimitPeersBenchmark.resilience4jOne",
                            "Guava RateLimiter = LimitPeersBenchmark.guavaOne",
                            "bare nanoTime and CAS = LimitPeersBenchmark.bareOne")),
            new BarChart(
                    "http.svg",
                    "HTTP creates a second",
                    "wrk, 32 connections on the same two cores; warm, and in the first 5 s of a JVM",
                    List.of(
                            "bare Jetty, fixed answer = http Jetty create",
                            "Plinth = http plinth create",
                            "WireMock = http WireMock create",
                            "bare Jetty, first 5 s = http Jetty create first",
                            "Plinth, first 5 s = http plinth create first",
                            "WireMock, first 5 s = http WireMock create first")));

    private Layout() {}

    private static Grid.Row limit(String label, String method) {
        return new Grid.Row(
                label, List.of("LimitPeersBenchmark." + method + "One", "LimitPeersBenchmark." + method + "Many"));
    }

    private static Grid.Row durable(String label, String callers) {
        return new Grid.Row(
                label, List.of("durable creates " + callers, "raw log " + callers, "memory creates " + callers));
    }
}
