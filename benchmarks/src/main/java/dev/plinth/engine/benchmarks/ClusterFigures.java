package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Measures two nodes over PostgreSQL with a synchronous standby, all on this machine. Creates at the leader stand beside
 * bare insertions of equal frames over one connection, and beside a node with a directory at {@code FSYNC}. Gets stand
 * beside bare round trips and gets through the follower. It also measures how late the follower has a record.
 */
final class ClusterFigures {
    private static final int TURNS = 3;
    private static final int MANY = 64;
    private static final long WARM_UP_MILLIS = Figures.length(10_000);
    private static final long MILLIS = Figures.length(3_000);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int ROOM = 5_000_000;
    private static final int NUMBERS = 1 << 24;
    private static final int OK = 200;
    private static final String FRAMES = "select coalesce(sum(count), 0), coalesce(sum(bytes), 0) from ("
            + "select count(*) as count, sum(bytes) as bytes from plinth_log_0_0"
            + " union all select count(*), sum(bytes) from plinth_log_0_1"
            + " union all select count(*), sum(bytes) from plinth_log_0_2) as tables";

    private static final int RESOURCES = 1_000_000;
    private static final double MEBIBYTE = 1024.0 * 1024;
    private static final String TABLE_BYTES =
            "select sum(pg_total_relation_size(oid)) from pg_class" + " where relname like 'plinth%' and relkind = 'r'";

    private final Path directory;
    private final Map<String, List<Double>> rates = new LinkedHashMap<>();
    private final Map<String, Histogram> latencies = new LinkedHashMap<>();
    private int base;

    private ClusterFigures(Path directory) {
        this.directory = directory;
    }

    /** Measures with databases and key files in this directory. */
    static void run(Path directory) throws Exception {
        new ClusterFigures(directory).run();
    }

    private void run() throws Exception {
        try (Servers.Pair servers = Servers.replicated(directory);
                Connection bare = source(servers).getConnection()) {
            try (BenchedEngine single = new BenchedEngine(Engine.builder()
                            .directory(directory.resolve("single"))
                            .durability(Durability.FSYNC)
                            .maxResources(ROOM));
                    BenchedEngine leader = new BenchedEngine(node(servers, "leader"));
                    Engine follower =
                            node(servers, "follower").plan(BenchedEngine.PLAN).open();
                    EngineServer leading = serve(leader.engine());
                    EngineServer following = serve(follower)) {
                measure(single, leader, follower, bare, leading.port(), following.port());
            }
        }
        rates.forEach((what, each) -> Figures.print("cluster " + what, middle(each), "1/s"));
        latencies.forEach((what, nanos) -> {
            Figures.print("cluster " + what + " mean", nanos.getMean() / TimeUnit.MICROSECONDS.toNanos(1), "µs");
            Figures.print("cluster " + what, nanos, 50, 99);
        });
        more("create adds", "creates 1", "bare insertions 1");
        more("get adds", "gets", "bare round trips");
        more("forwarding adds", "forwarded gets over HTTP", "gets over HTTP");
    }

    /** Measures the disk space of the database behind many resources. */
    static void size(Path directory) throws Exception {
        new ClusterFigures(directory).size();
    }

    private void size() throws Exception {
        try (Servers.Pair servers = Servers.replicated(directory);
                Connection bare = source(servers).getConnection();
                BenchedEngine leader = new BenchedEngine(node(servers, "leader"));
                Engine follower =
                        node(servers, "follower").plan(BenchedEngine.PLAN).open()) {
            long resources = Figures.length(RESOURCES);
            double most = 0;
            for (long created = 0; created < resources; ) {
                created += load(MILLIS, MANY, create(leader)).nanos().getTotalCount();
                if (2 * created > resources) {
                    most = Math.max(most, databaseBytes(bare));
                }
            }
            while (follower.position().sequence() < leader.engine().position().sequence()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            Figures.print("cluster-size keys and rows", LargeStore.rowBytes(leader.engine()) / MEBIBYTE, "MiB");
            Figures.print("cluster-size database", Math.max(most, databaseBytes(bare)) / MEBIBYTE, "MiB");
        }
    }

    private static double databaseBytes(Connection bare) throws SQLException {
        try (Statement statement = bare.createStatement();
                ResultSet rows = statement.executeQuery(TABLE_BYTES)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void measure(
            BenchedEngine single, BenchedEngine leader, Engine follower, Connection bare, int leading, int following)
            throws Exception {
        try (Statement statement = bare.createStatement()) {
            statement.execute("create table bare (first bigint primary key, frame bytea not null)");
            statement.execute("alter table bare alter column frame set storage external");
        }
        String id = BenchedEngine.id(leader.call(leader.create(base++), 201));
        load(WARM_UP_MILLIS / 2, MANY, create(single));
        load(WARM_UP_MILLIS / 2, MANY, create(leader));
        gets(leader, id, leading, following, bare, WARM_UP_MILLIS / 4, false);
        for (int turn = 0; turn < TURNS; turn++) {
            for (int callers : new int[] {1, MANY}) {
                note("single creates " + callers, load(MILLIS, callers, create(single)));
                long[] before = frames(bare);
                Load.Done creates = callers == 1
                        ? load(MILLIS, callers, create(leader))
                        : watched(leader, follower, create(leader));
                long[] after = frames(bare);
                long frames = after[0] - before[0];
                note("creates " + callers, creates);
                rates.computeIfAbsent("frames " + callers, any -> new ArrayList<>())
                        .add(frames * creates.perSecond() / creates.nanos().getTotalCount());
                byte[] frame = new byte[(int) ((after[1] - before[1]) / frames)];
                note("bare insertions " + callers, load(MILLIS, 1, inserting(bare, frame)));
            }
            gets(leader, id, leading, following, bare, MILLIS, true);
        }
    }

    private void gets(
            BenchedEngine leader, String id, int leading, int following, Connection bare, long millis, boolean counts)
            throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        Map<String, LongFunction<?>> kinds = new LinkedHashMap<>();
        kinds.put("gets", number -> leader.call(leader.get(0, id), OK));
        kinds.put("bare round trips", number -> select(bare));
        kinds.put("gets over HTTP", number -> get(client, leader, leading, id));
        kinds.put("forwarded gets over HTTP", number -> get(client, leader, following, id));
        for (Map.Entry<String, LongFunction<?>> kind : kinds.entrySet()) {
            Load.Done done = load(millis, 1, kind.getValue());
            if (counts) {
                note(kind.getKey(), done);
            }
        }
    }

    /** Creates with many callers, and notes how late the follower has the records meanwhile. */
    private Load.Done watched(BenchedEngine leader, Engine follower, LongFunction<?> create)
            throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        Histogram late = latencies.computeIfAbsent("follower late", any -> Load.histogram());
        Thread watch = new Thread(() -> {
            while (!ended.get()) {
                long sequence = leader.engine().position().sequence();
                long began = System.nanoTime();
                while (follower.position().sequence() < sequence) {
                    LockSupport.parkNanos(LOOK_NANOS / 10);
                }
                late.recordValue(System.nanoTime() - began);
                LockSupport.parkNanos(LOOK_NANOS);
            }
        });
        watch.start();
        try {
            return load(MILLIS, MANY, create);
        } finally {
            ended.set(true);
            watch.join();
        }
    }

    private Load.Done load(long millis, int callers, LongFunction<?> operation) throws InterruptedException {
        int from = base;
        base += NUMBERS;
        return Load.blocking(callers, millis, number -> operation.apply(from + number));
    }

    /** Prints how much longer one thing takes than another in the middle. */
    private void more(String name, String what, String than) {
        long nanos = median(what) - median(than);
        Figures.print("cluster " + name, nanos / (double) TimeUnit.MICROSECONDS.toNanos(1), "µs");
    }

    private long median(String what) {
        return latencies.getOrDefault(what, Load.histogram()).getValueAtPercentile(50);
    }

    private void note(String what, Load.Done done) {
        rates.computeIfAbsent(what, any -> new ArrayList<>()).add(done.perSecond());
        latencies.computeIfAbsent(what, any -> Load.histogram()).add(done.nanos());
    }

    private static LongFunction<?> create(BenchedEngine engine) {
        return number -> engine.call(engine.create((int) number), 201);
    }

    private static LongFunction<?> inserting(Connection bare, byte[] frame) {
        return number -> {
            try (PreparedStatement insert = bare.prepareStatement("insert into bare values (?, ?)")) {
                insert.setLong(1, number);
                insert.setBytes(2, frame);
                return insert.executeUpdate();
            } catch (SQLException e) {
                throw new IllegalStateException("Expected to insert a frame, but it failed", e);
            }
        };
    }

    private static int select(Connection bare) {
        try (PreparedStatement select = bare.prepareStatement("select epoch from plinth_cell where number = 0");
                ResultSet rows = select.executeQuery()) {
            return rows.next() ? rows.getInt(1) : 0;
        } catch (SQLException e) {
            throw new IllegalStateException("Expected the epoch of the log, but it failed", e);
        }
    }

    private static int get(HttpClient client, BenchedEngine engine, int port, String id) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/resources/" + id))
                    .header("Authorization", "Bearer " + engine.secret(0))
                    .build();
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != OK) {
                throw new IllegalStateException("Expected status " + OK + ", but got " + response);
            }
            return response.body().length;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("Expected an answer, but got none", e);
        }
    }

    /** Returns how many frames the log has, and their bytes. */
    private static long[] frames(Connection bare) throws SQLException {
        try (Statement statement = bare.createStatement();
                ResultSet rows = statement.executeQuery(FRAMES)) {
            rows.next();
            return new long[] {rows.getLong(1), rows.getLong(2)};
        }
    }

    private EngineBuilder node(Servers.Pair servers, String name) throws Exception {
        URI url = URI.create("http://127.0.0.1:" + Servers.freePort());
        return Engine.builder()
                .log(PostgresLog.of(source(servers)).cell("bench"))
                .node(new Node(name, Optional.of(url)))
                .secretKeyFile(directory.resolve("secret.key"))
                .createDefaultWorkspace(false)
                .maxResources(ROOM);
    }

    private static EngineServer serve(Engine engine) {
        Node leader = engine.leader().orElseThrow().node();
        boolean leads = engine.role() == NodeRole.LEADER;
        return EngineServer.builder(engine)
                .port(leads ? leader.url().orElseThrow().getPort() : 0)
                .start();
    }

    private static PGSimpleDataSource source(Servers.Pair servers) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + servers.primary().port()
                + "/postgres?user=bench&prepareThreshold=1&binaryTransfer=true");
        return source;
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
