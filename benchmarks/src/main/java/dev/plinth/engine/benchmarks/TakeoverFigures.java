package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long a follower needs from the end of a lease to its first answer. Also measures how long a leader with many
 * records in flight needs until it follows. Both nodes are in one JVM, over a log in memory, so that no network or database is in the figures.
 */
final class TakeoverFigures {
    private static final int RESOURCES = 1_000_000;
    private static final int AT_ONCE = 1_000;
    private static final int IN_FLIGHT = 10_000;
    private static final int TURNS = 5;
    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int REFUSED = 503;

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final Path keyFile;
    private int calls;

    private TakeoverFigures(Path directory) {
        this.keyFile = directory.resolve("secret.key");
    }

    /** Measures with the key file in this directory. */
    static void run(Path directory) {
        new TakeoverFigures(directory).run();
    }

    private void run() {
        List<Double> takeovers = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        try (BenchedEngine first = new BenchedEngine(builder("first"));
                Engine second = builder("second").plan(BenchedEngine.PLAN).open()) {
            String id = fill(first, (int) Figures.length(RESOURCES));
            Engine leader = first.engine();
            Engine follower = second;
            for (int i = 0; i < TURNS; i++) {
                await(leader, follower);
                turn(first, leader, follower, id, takeovers, losses);
                Engine next = follower;
                follower = leader;
                leader = next;
            }
        }
        Figures.print("takeover first answer", middle(takeovers), "ms");
        Figures.print("takeover lost reign", middle(losses), "ms");
    }

    private void turn(
            BenchedEngine bench,
            Engine leader,
            Engine follower,
            String id,
            List<Double> takeovers,
            List<Double> losses) {
        log.hold();
        List<CompletableFuture<Reply>> lost = new ArrayList<>();
        for (int i = 0; i < (int) Figures.length(IN_FLIGHT); i++) {
            lost.add(leader.submit(bench.createWithoutKey(calls++)));
        }
        long began = System.nanoTime();
        log.expireLease();
        while (follower.role() != NodeRole.LEADER) {
            Thread.onSpinWait();
        }
        log.letGo();
        long let = System.nanoTime();
        check(follower.call(bench.get(0, id)), OK);
        takeovers.add(millis(System.nanoTime() - began));
        for (CompletableFuture<Reply> each : lost) {
            check(each.join(), REFUSED);
        }
        while (leader.role() != NodeRole.FOLLOWER) {
            Thread.onSpinWait();
        }
        losses.add(millis(System.nanoTime() - let));
    }

    /** Returns the id of one of the resources, which belongs to the first workspace. */
    private String fill(BenchedEngine bench, int resources) {
        String id = BenchedEngine.id(bench.call(bench.createWithoutKey(0), CREATED));
        for (int i = 1; i < resources; i += AT_ONCE) {
            List<CompletableFuture<Reply>> created = new ArrayList<>();
            for (int j = i; j < Math.min(resources, i + AT_ONCE); j++) {
                created.add(bench.submit(bench.createWithoutKey(j), CREATED));
            }
            created.forEach(CompletableFuture::join);
        }
        return id;
    }

    private static void await(Engine leader, Engine follower) {
        while (follower.position().sequence() < leader.position().sequence()) {
            Thread.onSpinWait();
        }
    }

    private EngineBuilder builder(String name) {
        return Engine.builder()
                .log(log)
                .node(new Node(name, Optional.empty()))
                .secretKeyFile(keyFile)
                .maxResources(2L * RESOURCES);
    }

    private static void check(Reply reply, int status) {
        if (reply.status() != status) {
            throw new IllegalStateException(
                    "Expected status " + status + ", but got " + reply.status() + " " + reply.text());
        }
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
