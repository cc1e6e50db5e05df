package dev.plinth.engine.http.cluster;

import dev.plinth.engine.http.cluster.FaultProxy.Way;
import dev.plinth.engine.log.postgres.server.Server;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Faults of nodes, networks and servers. Their order, their length and the nodes they meet are drawn by chance, and each kind
 * comes as often as the others. A single node is never ended, so that what it might lose bit by bit adds up. One thread.
 */
final class RandomFaults {
    private static final int SHORTEST_MILLIS = 1_000;
    private static final int SLOW_MILLIS = 200;
    private static final int APPEND_BYTES_MIN = 500;
    private static final int QUEUEING_MILLIS = 300;

    /** A kind of fault. */
    enum Kind {
        KILL,
        FREEZE,
        STOP,
        CUT_BOTH_WAYS,
        CUT_TO_SERVER,
        CUT_TO_NODE,
        SLOW,
        STALL,
        DISCONNECT,
        LOSE_ANSWER,
        STOP_STANDBY
    }

    private final Cluster cluster;
    private final int lasting;
    private final int longestMillis;
    private final List<Kind> left = new ArrayList<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    /**
     * Makes faults.
     *
     * @param lasting the node that is never ended
     * @param longestMillis how long a fault lasts at most
     */
    RandomFaults(Cluster cluster, int lasting, int longestMillis) {
        this.cluster = cluster;
        this.lasting = lasting;
        this.longestMillis = longestMillis;
    }

    /** Lets the next fault happen, and ends it. Then all nodes run, and a change is acknowledged. */
    Kind next(Load load, Random random) throws Exception {
        if (left.isEmpty()) {
            left.addAll(List.of(Kind.values()));
            Collections.shuffle(left, random);
        }
        Kind kind = left.remove(left.size() - 1);
        int unused = counts.merge(kind, 1, Integer::sum);
        try {
            happen(kind, load, random);
        } finally {
            cluster.heal();
        }
        cluster.startMissing();
        load.awaitNext(System.nanoTime());
        return kind;
    }

    private void happen(Kind kind, Load load, Random random) throws Exception {
        int millis = SHORTEST_MILLIS + random.nextInt(longestMillis - SHORTEST_MILLIS);
        switch (kind) {
            case KILL -> {
                cluster.node(endable(random)).kill();
                load.awaitNext(System.nanoTime());
            }
            case STOP -> {
                cluster.node(endable(random)).terminate();
                load.awaitNext(System.nanoTime());
            }
            case FREEZE -> freeze(any(random), millis, load, random);
            case CUT_BOTH_WAYS -> hold(EnumSet.allOf(Way.class), any(random), millis, load);
            case CUT_TO_SERVER -> hold(EnumSet.of(Way.TO_SERVER), any(random), millis, load);
            case CUT_TO_NODE -> hold(EnumSet.of(Way.TO_CLIENT), any(random), millis, load);
            case SLOW -> {
                cluster.node(any(random)).networks().forEach(network -> network.delay(SLOW_MILLIS));
                load.pass(millis);
            }
            case STALL -> {
                cluster.networks().forEach(network -> network.hold(EnumSet.allOf(Way.class)));
                load.pass(millis);
            }
            case DISCONNECT -> {
                List<FaultProxy> networks = cluster.node(any(random)).networks();
                networks.forEach(FaultProxy::cut);
                load.pass(random.nextBoolean() ? 0 : millis);
            }
            case LOSE_ANSWER -> {
                cluster.node(cluster.leader()).networks().get(0).loseNextAnswer(APPEND_BYTES_MIN);
                load.awaitAcknowledged(2);
            }
            case STOP_STANDBY -> {
                Server standby = cluster.servers().standby();
                standby.stop();
                try {
                    load.pass(millis);
                } finally {
                    standby.start();
                }
            }
        }
    }

    private void freeze(int number, int millis, Load load, Random random) throws Exception {
        ClusterNode node = cluster.node(number);
        boolean isSlow = random.nextBoolean();
        node.signal("STOP");
        try {
            load.pass(millis);
            load.queue(number);
            load.pass(QUEUEING_MILLIS);
            if (isSlow) {
                node.networks().forEach(network -> network.delay(SLOW_MILLIS));
            }
        } finally {
            node.signal("CONT");
        }
        load.awaitNext(System.nanoTime());
    }

    private void hold(Set<Way> ways, int number, int millis, Load load) throws InterruptedException {
        cluster.node(number).networks().forEach(network -> network.hold(ways));
        load.pass(millis);
    }

    /** Returns the leader, or any other node. */
    private int any(Random random) throws InterruptedException {
        int other = random.nextInt(Cluster.NODES);
        return random.nextBoolean() ? cluster.leader() : other;
    }

    /** Returns a node that may be ended: the leader, if it is drawn and may. */
    private int endable(Random random) throws InterruptedException {
        int other = (lasting + 1 + random.nextInt(Cluster.NODES - 1)) % Cluster.NODES;
        int drawn = random.nextBoolean() ? cluster.leader() : other;
        return drawn == lasting ? other : drawn;
    }

    /** Returns how many faults of each kind there were, for a person. */
    String figures() {
        return counts.toString();
    }
}
