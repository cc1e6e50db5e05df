package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog.AppendFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Calls and faults of a simulated cluster, in an order that a seed decides. For one thread. */
final class ClusterSchedule {
    private static final int STEPS = 90;
    private static final int CALLS_PER_FAULT = 6;
    private static final int ANSWER_MILLIS = 5;
    private static final int LEADER_MILLIS = 100;
    private static final int LOOK_MILLIS = 5;

    private final SimulatedCluster cluster;
    private final ClusterOracle oracle;
    private final Random random;
    private final List<String> trace = new ArrayList<>();
    private int number;

    ClusterSchedule(SimulatedCluster cluster, long seed) {
        this.cluster = cluster;
        this.oracle = cluster.oracle;
        this.random = new Random(seed);
    }

    /** Runs all steps, and checks what has come of them. */
    void run() {
        trace.add("a snapshot each " + cluster.bytesPerSnapshot + " bytes");
        try {
            for (int i = 0; i < STEPS; i++) {
                cluster.harvest();
                cluster.nodes.forEach(ClusterSchedule::checkGoesOn);
                if (random.nextInt(CALLS_PER_FAULT) == 0) {
                    fault();
                } else {
                    call();
                }
            }
            trace.add("settle");
            cluster.settle();
            ClusterOracle.check(
                    cluster.log.misses() == 0,
                    "Expected no node with a record that the log has not, but there was one");
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", trace), e);
        }
    }

    /** Checks that a node has not given up. */
    static void checkGoesOn(ClusterNode node) {
        ClusterOracle.check(
                node.engine().role() != NodeRole.STOPPED,
                "Expected " + node + " to go on, but it has stopped: "
                        + node.engine().fatalFailure());
    }

    private void call() {
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> create();
            case 4, 5, 6 -> patch();
            case 7 -> archive();
            case 8 -> delete();
            case 9, 10 -> job();
            case 11 -> publish();
            case 12 -> newKeyOrRevoke();
            case 13 -> useKey();
            case 14 -> again();
            case 15, 16 -> list();
            case 20 -> lease();
            case 21 -> complete();
            case 22 -> awaitJob();
            default -> read();
        }
    }

    private void fault() {
        ClusterNode node = pick(cluster.nodes);
        switch (random.nextInt(19)) {
            case 16, 17, 18 -> depose(leaderOr(node));
            case 0 -> link(node, Link.FROZEN);
            case 1 -> link(leaderOr(node), Link.FROZEN_BACK);
            case 2 -> link(leaderOr(node), Link.CUT);
            case 3 -> link(node, Link.CUT_BACK);
            case 4, 5, 6 -> heal();
            case 7 -> {
                AppendFault fault = pick(List.of(AppendFault.values()));
                boolean resolves = random.nextBoolean();
                trace.add(fault + " resolves " + resolves);
                cluster.log.resolve(resolves);
                cluster.log.failAppend(1 + random.nextInt(3), fault);
            }
            case 8, 9 -> {
                trace.add("lease ends");
                cluster.endLease();
                awaitLeaderShortly();
            }
            case 10 -> {
                trace.add("resign " + leaderOr(node));
                cluster.handlers.openGate();
                leaderOr(node).engine().resign();
                awaitLeaderShortly();
            }
            case 11 -> restart(node, true);
            case 12 -> restart(leaderOr(node), false);
            case 13 -> {
                boolean keeps = random.nextBoolean();
                trace.add("keep fenced " + keeps);
                cluster.log.keepFenced(keeps);
            }
            case 14 -> {
                trace.add("gate");
                cluster.handlers.openGate();
            }
            default -> {
                Duration span = Duration.ofSeconds(random.nextInt(20));
                trace.add("advance " + node + " by " + span);
                node.advance(span);
            }
        }
    }

    private void link(ClusterNode node, Link link) {
        trace.add(node + " becomes " + link);
        node.link(link);
    }

    /** Lets another node take over from one that learns of it late. */
    private void depose(ClusterNode node) {
        link(node, pick(List.of(Link.FROZEN, Link.FROZEN, Link.FROZEN_BACK, Link.CUT)));
        trace.add("lease ends");
        cluster.endLease();
        awaitLeaderShortly();
    }

    private void heal() {
        trace.add("heal");
        cluster.nodes.forEach(node -> node.link(Link.UP));
        awaitLeaderShortly();
    }

    /** A frozen node is not restarted orderly, because it would wait for the log. */
    private void restart(ClusterNode node, boolean isOrderly) {
        boolean orderly = isOrderly && node.isUp();
        trace.add("restart " + node + (orderly ? "" : " hard"));
        if (orderly) {
            cluster.handlers.openGate(); // closing waits for jobs
        } else {
            cluster.kills++;
        }
        node.restart(orderly);
    }

    private void create() {
        ClusterResource resource = new ClusterResource("r" + ++number);
        oracle.resources.add(resource);
        attempt(
                ClusterCall.Kind.CREATE,
                Optional.of(resource),
                cluster.call(
                        "POST",
                        "/v1/resources",
                        "{\"name\":\"" + resource.name + "\",\"data\":{\"n\":" + number + "}}"));
    }

    private void patch() {
        resource(known -> true).ifPresent(resource -> {
            Call call = cluster.call("PATCH", path(resource), "{\"data\":{\"n\":" + ++number + "}}");
            if (random.nextInt(3) == 0) {
                call = call.withHeader("If-Match", "\"v" + resource.acknowledged + "\"");
            }
            attempt(ClusterCall.Kind.PATCH, Optional.of(resource), call);
        });
    }

    private void archive() {
        resource(known -> !known.isArchiveAsked).ifPresent(resource -> {
            resource.isArchiveAsked = true;
            number++;
            attempt(ClusterCall.Kind.ARCHIVE, Optional.of(resource), cluster.call("POST", path(resource) + "/archive"));
        });
    }

    private void delete() {
        resource(known -> known.isArchiveAsked && !known.isDeleteAsked).ifPresent(resource -> {
            resource.isDeleteAsked = true;
            number++;
            attempt(ClusterCall.Kind.DELETE, Optional.of(resource), cluster.call("DELETE", path(resource)));
        });
    }

    private void job() {
        String type = pick(List.of(
                ClusterHandlers.SLOW,
                ClusterHandlers.SLOW,
                ClusterHandlers.QUICK,
                ClusterHandlers.QUICK,
                ClusterHandlers.QUICK,
                ClusterHandlers.AWAY,
                ClusterHandlers.AWAY,
                ClusterHandlers.AWAY));
        String body = "{\"type\":\"" + type + "\",\"input\":{\"n\":" + ++number + "}}";
        attempt(ClusterCall.Kind.JOB, Optional.empty(), cluster.call("POST", "/v1/jobs", body));
    }

    /** Leases jobs for a worker, which sometimes waits for one. */
    private void lease() {
        number++;
        attempt(cluster.lease(number, 1 + random.nextInt(2), random.nextInt(4) == 0 ? 1 : 0));
    }

    /** Completes a leased job, sometimes again. */
    private void complete() {
        List<ClusterLeases.Lease> leases = random.nextInt(4) == 0 ? oracle.leases.all() : oracle.leases.open();
        if (!leases.isEmpty()) {
            number++;
            attempt(cluster.complete(number, pick(leases)));
        }
    }

    /** Looks at a job, and mostly waits for its end. */
    private void awaitJob() {
        List<ClusterCall> jobs = oracle.calls.stream()
                .filter(call -> call.kind == ClusterCall.Kind.JOB && call.succeeded())
                .toList();
        if (jobs.isEmpty()) {
            return;
        }
        String id = pick(jobs).answered("/job_id");
        int seconds = random.nextInt(3);
        ClusterNode node = node();
        trace.add("await job " + id + " for " + seconds + " s at " + node);
        String path = "/v1/jobs/" + id + (seconds == 0 ? "" : "?wait=" + seconds);
        finish(node, cluster.submit(node, cluster.call("GET", path), reply -> oracle.awaited(id, reply)));
    }

    private void publish() {
        String body = "{\"type\":\"" + ClusterHandlers.TICK + "\",\"data\":{\"n\":" + ++number + "}}";
        attempt(ClusterCall.Kind.PUBLISH, Optional.empty(), cluster.call("POST", "/v1/events", body));
    }

    private void newKeyOrRevoke() {
        List<ClusterOracle.Key> good =
                oracle.keys.stream().filter(key -> !key.isRevokeAsked).toList();
        number++;
        if (good.isEmpty() || random.nextBoolean()) {
            attempt(
                    ClusterCall.Kind.NEW_KEY,
                    Optional.empty(),
                    cluster.call("POST", "/v1/keys", "{\"name\":\"k" + number + "\"}"));
        } else {
            ClusterOracle.Key key = pick(good);
            key.isRevokeAsked = true;
            attempt(ClusterCall.Kind.REVOKE, Optional.empty(), cluster.call("DELETE", "/v1/keys/" + key.id));
        }
    }

    private void useKey() {
        if (oracle.keys.isEmpty()) {
            return;
        }
        ClusterOracle.Key key = pick(oracle.keys);
        boolean wasRevoked = key.isRevoked;
        ClusterNode node = node();
        trace.add("use key " + key.id + (wasRevoked ? " that is revoked" : "") + " at " + node);
        Call call = Call.of("GET", "/v1/workspace").withKey(key.secret);
        finish(node, cluster.submit(node, call, reply -> oracle.used(key, wasRevoked, reply)));
    }

    private void again() {
        if (!oracle.calls.isEmpty()) {
            attempt(pick(oracle.calls));
        }
    }

    private void read() {
        resource(known -> true).ifPresent(resource -> {
            long acknowledged = resource.acknowledged;
            boolean wasDeleted = resource.isDeleted;
            ClusterNode node = node();
            trace.add("read " + resource + " at " + node);
            finish(
                    node,
                    cluster.submit(
                            node,
                            cluster.call("GET", path(resource)),
                            reply -> oracle.read(resource, acknowledged, wasDeleted, reply)));
        });
    }

    private void list() {
        Map<ClusterResource, Long> certain = oracle.certain();
        ClusterNode node = node();
        trace.add("list at " + node);
        finish(
                node,
                cluster.submit(
                        node,
                        cluster.call("GET", "/v1/resources?status=all&limit=100"),
                        reply -> oracle.listed(certain, reply)));
    }

    private void attempt(ClusterCall.Kind kind, Optional<ClusterResource> resource, Call call) {
        ClusterCall made = new ClusterCall(kind, number, resource, call);
        oracle.calls.add(made);
        attempt(made);
    }

    private void attempt(ClusterCall call) {
        ClusterNode node = node();
        trace.add(call + " at " + node);
        finish(node, cluster.attempt(node, call));
    }

    /** Waits for some answers, so that calls are both in order and at once. */
    private void finish(ClusterNode node, CompletableFuture<Reply> reply) {
        if (random.nextInt(3) == 0) {
            return;
        }
        try {
            reply.get(node.isUp() ? ANSWER_MILLIS : 1, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // it is harvested later
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("Expected an answer", e);
        }
    }

    private Optional<ClusterResource> resource(Predicate<ClusterResource> which) {
        List<ClusterResource> known = oracle.resources.stream()
                .filter(resource -> resource.id.isPresent() && which.test(resource))
                .toList();
        return known.isEmpty() ? Optional.empty() : Optional.of(pick(known));
    }

    /** Mostly the leader, or another node that takes itself for it. */
    private ClusterNode node() {
        List<ClusterNode> leading =
                cluster.nodes.stream().filter(ClusterNode::leads).toList();
        return leading.isEmpty() || random.nextInt(12) == 0 ? pick(cluster.nodes) : pick(leading);
    }

    private ClusterNode leaderOr(ClusterNode otherwise) {
        return cluster.leader().orElse(otherwise);
    }

    private void awaitLeaderShortly() {
        if (random.nextInt(4) > 0) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEADER_MILLIS);
            while (cluster.leader().isEmpty() && System.nanoTime() < end) {
                boolean unused = cluster.awaitRole(LOOK_MILLIS);
            }
        }
    }

    private static String path(ClusterResource resource) {
        return "/v1/resources/" + resource.id.orElseThrow();
    }

    private <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }
}
