package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Three engines over one log in memory, with a workspace, a webhook endpoint and a key in it. For one thread. */
final class SimulatedCluster implements AutoCloseable {
    /** Long enough that its beats cost little. It lapses by {@link #endLease} alone. */
    static final Duration LEASE = Duration.ofMillis(180);

    private static final Plan WIDE =
            Plan.of("wide", 1_000_000, Duration.ofSeconds(1)).withQueuedJobsMax(Plan.UNLIMITED);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final GraceTimes GRACE = new GraceTimes(Duration.ofSeconds(1), Patience.max());
    /** The log is truncated often, a few times and, so that a node reads all of it, never. */
    private static final List<Long> SNAPSHOT_BYTES = List.of(4_000L, 12_000L, 40_000L, Long.MAX_VALUE);

    private static final int NODES = 3;
    private static final int SKEW_SECONDS = 7;
    private static final int LOOK_MILLIS = 5;
    private static final int LEASES_MAX = 100;
    private static final int CALLS_MAX = 1_000;
    private static final int ROUNDS_MAX = 40;
    private static final int ROW_LOOKS_MAX = 100;
    /** Longer than the longest attempt of a webhook. */
    private static final int WORK_SECONDS_MAX = 30;

    private static final int ROUND_MILLIS = 100;
    /** Longer than between other looks, because a look at all work is many calls. */
    private static final int WORK_LOOK_MILLIS = 20;

    private static final Duration LONGER_THAN_A_RETRY = Duration.ofMinutes(7);

    final ClusterHandlers handlers = new ClusterHandlers();
    final ClusterOracle oracle = new ClusterOracle();
    final List<ClusterNode> nodes = new ArrayList<>();
    final SharedMemoryLog log;

    /** How often a node has ended without warning. */
    int kills;

    /** The bytes of the log after which a node may write a snapshot of it. */
    final long bytesPerSnapshot;

    private final ManualClock leases = ManualClock.startingAt(START);
    private final ClusterSink sink;
    private final String sinkPath;
    private final Path keyFile;
    private final String key;
    private final String endpoint;
    private final Set<String> eventsBeforeEndpoint;
    private final Semaphore roles = new Semaphore(0);
    private final List<UnderWay> underWay = new ArrayList<>();

    /** A call whose answer has not come. */
    private record UnderWay(CompletableFuture<Reply> reply, Consumer<Reply> then) {}

    SimulatedCluster(ClusterSink sink, Path directory, long seed) {
        this.sink = sink;
        this.bytesPerSnapshot = SNAPSHOT_BYTES.get(Math.floorMod(seed, SNAPSHOT_BYTES.size()));
        this.sinkPath = sink.newPath();
        this.keyFile = directory.resolve("secret.key-" + sinkPath.substring(1));
        this.log = new SharedMemoryLog(0, leases::nanoTime, LEASE);
        for (int i = 0; i < NODES; i++) {
            nodes.add(new ClusterNode(
                    "n" + i, START.plusSeconds((long) i * SKEW_SECONDS), log, this::settings, role -> roles.release()));
        }
        Engine first = nodes.get(0).engine();
        String workspace =
                first.admin().createWorkspace("acme", WIDE.name()).call().id();
        key = first.admin().createKey(workspace, "k").call().secret().orElseThrow();
        Reply made = first.call(call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + sink.url(sinkPath) + "\"}"));
        ClusterOracle.check(made.status() == 201, made.text());
        endpoint = ClusterCall.member(made, "/id");
        eventsBeforeEndpoint = look().events.keySet();
    }

    private EngineBuilder settings(ClusterNode node) {
        EngineBuilder builder = Engine.builder()
                .secretKeyFile(keyFile)
                .adminToken("cluster-admin-token-of-all")
                .createDefaultWorkspace(false)
                .grace(GRACE)
                .webhookAllow("127.0.0.0/8")
                .bytesPerLogSnapshot(bytesPerSnapshot)
                .plan(WIDE);
        handlers.addTo(builder);
        return builder;
    }

    Call call(String method, String path) {
        return Call.of(method, path).withKey(key);
    }

    Call call(String method, String path, String body) {
        return call(method, path).withBody(Json.of(body));
    }

    /** Returns a call of a worker for leases, which do not lapse while nodes have faults. */
    ClusterCall lease(int number, int most, int waitSeconds) {
        String body = "{\"types\":[\"" + ClusterHandlers.AWAY + "\"],\"max\":" + most
                + ",\"leaseSeconds\":3600,\"wait\":" + waitSeconds + "}";
        return added(ClusterCall.Kind.LEASE, number, call("POST", "/v1/jobs/lease", body));
    }

    /** Returns a call of a worker that ends its job, with the same effect as that of a handler. */
    ClusterCall complete(int number, ClusterLeases.Lease lease) {
        String body = "{\"leaseToken\":\"" + lease.token + "\",\"result\":{\"done\":" + number + "},\"operations\":["
                + "{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"of-" + lease.job + "\"}}]}";
        ClusterCall call =
                added(ClusterCall.Kind.COMPLETE, number, call("POST", "/v1/jobs/" + lease.job + "/complete", body));
        oracle.leases.completes(call, lease);
        return call;
    }

    private ClusterCall added(ClusterCall.Kind kind, int number, Call call) {
        ClusterCall added = new ClusterCall(kind, number, Optional.empty(), call);
        oracle.calls.add(added);
        return added;
    }

    /** Makes an attempt at a call. */
    CompletableFuture<Reply> attempt(ClusterNode node, ClusterCall call) {
        boolean wasAnswered = call.begin();
        return submit(node, call.call(), reply -> oracle.ended(call, reply, wasAnswered));
    }

    /** Makes a call, whose answer somebody learns from later. */
    CompletableFuture<Reply> submit(ClusterNode node, Call call, Consumer<Reply> then) {
        CompletableFuture<Reply> reply = node.submit(call);
        underWay.add(new UnderWay(reply, then));
        return reply;
    }

    /** Learns from the answers that have come, in the order of their calls. */
    void harvest() {
        List<UnderWay> ended =
                underWay.stream().filter(call -> call.reply.isDone()).toList();
        underWay.removeAll(ended);
        ended.forEach(call -> call.then.accept(call.reply.join()));
    }

    /** Lets the present lease lapse, unless its node beats at this moment. */
    void endLease() {
        leases.advance(LEASE);
    }

    /** Returns the node that leads for all that is known; empty if there is none at this moment. */
    Optional<ClusterNode> leader() {
        Optional<String> named = log.leader().map(Leader::node).map(node -> node.id());
        return nodes.stream()
                .filter(node -> node.leads() && named.equals(Optional.of(node.id)))
                .findFirst();
    }

    /** Ends all faults, and waits until all is as one may expect it then. */
    void settle() {
        log.letGo();
        log.resolve(true);
        nodes.forEach(node -> node.link(Link.UP));
        handlers.openGateForGood();
        awaitLeader();
        Patience.until(() -> {
            harvest();
            awaitLeader();
            return underWay.isEmpty();
        });
        ClusterFindings before = look();
        oracle.checkNotDone(before);
        oracle.calls.stream().filter(call -> call.answer().isEmpty()).forEach(this::insist);
        endLeases();
        oracle.calls.forEach(this::insist); // each has an answer, and is answered likewise
        letWorkEnd();
        ClusterFindings end = look();
        oracle.checkEnd(end, kills);
        checkTold(end);
        checkRows();
    }

    /** Has a worker lease and complete all jobs that are left for workers. */
    private void endLeases() {
        int before;
        do {
            oracle.leases.open().forEach(lease -> insist(complete(nextNumber(), lease)));
            before = oracle.leases.all().size();
            insist(lease(nextNumber(), LEASES_MAX, 0));
        } while (oracle.leases.all().size() > before);
    }

    /** Returns a number that no call of a schedule has. */
    private int nextNumber() {
        return CALLS_MAX + oracle.calls.size();
    }

    /** Tries a call at the leader until it has its answer. */
    private void insist(ClusterCall call) {
        boolean[] answered = new boolean[1];
        Patience.until(() -> {
            boolean wasAnswered = call.begin();
            Reply reply = awaitLeader().engine().call(call.call());
            oracle.ended(call, reply, wasAnswered);
            answered[0] = ClusterCall.endOf(reply) == ClusterCall.End.ANSWERED;
            return answered[0];
        });
    }

    private ClusterFindings look() {
        return new ClusterFindings(path -> {
            Reply[] reply = new Reply[1];
            Patience.until(() -> {
                reply[0] = awaitLeader().engine().call(call("GET", path));
                return reply[0].status() != 503;
            });
            return reply[0];
        });
    }

    /** Waits until a node leads, and returns it. */
    private ClusterNode awaitLeader() {
        Optional<ClusterNode> leader = leader();
        if (leader.isPresent()) {
            return leader.get();
        }
        Patience.until(() -> {
            if (nodes.stream().noneMatch(ClusterNode::leads)) {
                endLease();
            }
            nodes.forEach(ClusterSchedule::checkGoesOn);
            return leader().isPresent() || awaitRole(LOOK_MILLIS) && leader().isPresent();
        });
        return leader().orElseGet(this::awaitLeader);
    }

    /** Lets time pass until jobs have ended, and the listener and the receiver have heard of all. */
    private void letWorkEnd() {
        nodes.forEach(ClusterNode::awaitAdvances);
        String open = openWork();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WORK_SECONDS_MAX);
        for (int round = 0; !open.isEmpty() && System.nanoTime() < end; round++) {
            if (round < ROUNDS_MAX) {
                awaitLeader().advance(LONGER_THAN_A_RETRY);
                nodes.forEach(ClusterNode::awaitAdvances);
            }
            long roundEnd = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ROUND_MILLIS);
            while (!open.isEmpty() && System.nanoTime() < roundEnd) {
                boolean unused = awaitRole(WORK_LOOK_MILLIS);
                open = openWork();
            }
        }
        if (!open.isEmpty()) {
            throw new AssertionError("Expected all work to end, but there is still " + open + " " + openDeliveries());
        }
    }

    private String openDeliveries() {
        Reply all =
                awaitLeader().engine().call(call("GET", "/v1/webhook-endpoints/" + endpoint + "/deliveries?limit=100"));
        return ClusterOracle.byId(Json.of(all.text())).values().stream()
                .filter(delivery -> !ClusterOracle.text(delivery, "/status").equals("delivered"))
                .toList()
                .toString();
    }

    /** Returns what is still to be done; empty if there is nothing. */
    private String openWork() {
        ClusterFindings found = look();
        Set<String> open = new TreeSet<>();
        found.jobs.forEach((id, job) -> {
            if (!ClusterOracle.ENDED.contains(ClusterOracle.text(job, "/status"))) {
                open.add(job.toString());
            }
        });
        found.events.forEach((id, event) -> {
            if (!handlers.heard.contains(id)) {
                open.add("the listener for " + event);
            }
            if (!sink.received(sinkPath).contains(id) && !eventsBeforeEndpoint.contains(id)) {
                open.add("the webhook of " + event);
            }
            if (ClusterOracle.text(event, "/type").equals(ClusterHandlers.TICK)
                    && !found.resources.containsKey("of-" + id)) {
                open.add("the effect of " + event);
            }
        });
        return open.isEmpty() ? "" : open.toString();
    }

    /** Checks that nobody was told of what is not there. */
    private void checkTold(ClusterFindings found) {
        for (String event : handlers.heard) {
            ClusterOracle.check(
                    found.events.containsKey(event), "Expected event " + event + ", because the listener heard of it");
        }
        for (String event : sink.received(sinkPath)) {
            ClusterOracle.check(
                    found.events.containsKey(event), "Expected event " + event + ", because a webhook told of it");
        }
        for (String job : handlers.ran) {
            ClusterOracle.check(found.jobs.containsKey(job), "Expected job " + job + ", because it has run");
        }
    }

    /** Checks that all nodes have the same rows, and so has one that reads the log anew. */
    private void checkRows() {
        ClusterNode leader = awaitLeader();
        for (ClusterNode node : nodes) {
            if (node != leader) {
                node.restart(true);
                break;
            }
        }
        long position = awaitSamePosition();
        String different = differentNode();
        // The leader shows a record before it is durable, which is nowhere else then.
        int looks = 0;
        while (!different.isEmpty() && looks < ROW_LOOKS_MAX) {
            boolean unused = awaitRole(LOOK_MILLIS);
            long next = awaitSamePosition();
            looks = next == position ? looks + 1 : 0;
            position = next;
            different = differentNode();
        }
        ClusterOracle.check(
                different.isEmpty(),
                "Expected the rows of " + awaitLeader() + " on " + different + " at position " + position
                        + ", but they differ");
    }

    private long awaitSamePosition() {
        long[] position = new long[1];
        Patience.until(() -> {
            position[0] = awaitLeader().engine().position().sequence();
            return nodes.stream().allMatch(node -> node.engine().position().sequence() == position[0]);
        });
        return position[0];
    }

    /** Returns a node that has other rows than the leader; empty if all have the same. */
    private String differentNode() {
        byte[] expected = awaitLeader().stateHash();
        return nodes.stream()
                .filter(node -> !Arrays.equals(expected, node.stateHash()))
                .map(ClusterNode::toString)
                .findFirst()
                .orElse("");
    }

    /** Waits until a node has another role, but not long. */
    boolean awaitRole(long millis) {
        try {
            return roles.tryAcquire(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("Expected nobody to interrupt a simulation", e);
        }
    }

    @Override
    public void close() {
        handlers.openGateForGood();
        log.letGo();
        nodes.forEach(node -> node.close(false));
    }
}
