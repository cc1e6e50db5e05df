package dev.plinth.engine.testkit;

import dev.plinth.engine.testkit.Histories.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * A history of clients of a made-up engine, in an order that a seed decides. Each call begins, takes effect and ends at
 * moments of their own. Some calls get no answer, and take effect later or never.
 */
final class MadeUpHistory {
    private static final int STALE_READS_ONE_IN = 50;

    private final Histories history = new Histories();
    private final Random random;
    private final int resources;
    private final boolean readsStale;
    private final int[] left;
    private final List<Call> underWay = new ArrayList<>();
    private final Map<String, Row> rows = new HashMap<>();
    private final Map<String, Row> earlier = new HashMap<>();
    private final Map<String, Long> answers = new HashMap<>();
    private long values;

    MadeUpHistory(Random random, int clients, int resources, int operationsPerClient, boolean readsStale) {
        this.random = random;
        this.resources = resources;
        this.readsStale = readsStale;
        this.left = new int[clients];
        Arrays.fill(left, operationsPerClient);
    }

    /** A row of the made-up engine. */
    private record Row(long version, String value) {}

    /** A call on its way: first it takes effect, then it ends. Without a client it ends with its effect. */
    private final class Call {
        private final Operation operation;
        private final Runnable effect;
        private final int client;
        private Runnable end = () -> {};
        private boolean isDone;

        Call(int client, Operation operation, Function<Operation, Runnable> apply) {
            this.client = client;
            this.operation = operation;
            this.effect = () -> end = apply.apply(operation);
        }
    }

    Histories run() {
        List<Integer> idle = new ArrayList<>();
        for (int client = 0; client < left.length; client++) {
            idle.add(client);
        }
        while (!idle.isEmpty() || !underWay.isEmpty()) {
            int pick = random.nextInt(idle.size() + underWay.size());
            if (pick < idle.size()) {
                int client = idle.remove(pick);
                if (left[client]-- > 0) {
                    underWay.add(begin(client));
                }
                continue;
            }
            Call call = underWay.get(pick - idle.size());
            if (!call.isDone) {
                step(call, idle);
            } else {
                underWay.remove(call);
                call.end.run();
                idle.add(call.client);
            }
        }
        return history;
    }

    /** Lets a call take effect, or loses its answer, and with it perhaps the call. */
    private void step(Call call, List<Integer> idle) {
        int chance = random.nextInt(60);
        if (call.client >= 0 && chance < 2) {
            underWay.remove(call);
            if (chance == 0) {
                underWay.add(new Call(-1, call.operation, operation -> {
                    call.effect.run();
                    return () -> {};
                }));
            }
            idle.add(call.client);
            return;
        }
        call.effect.run();
        call.isDone = true;
        if (call.client < 0) {
            underWay.remove(call);
        }
    }

    private Call begin(int client) {
        String resource = "r" + random.nextInt(resources);
        Row known = rows.getOrDefault(resource, new Row(1, ""));
        int what = random.nextInt(100);
        if (what < 45) {
            return new Call(client, history.read(client, resource), operation -> read(resource, operation));
        }
        if (what < 75) {
            String value = "v" + ++values;
            long version = Math.max(1, known.version - random.nextInt(5) / 4);
            return new Call(
                    client,
                    history.update(client, resource, version, value),
                    operation -> update(resource, version, value, operation));
        }
        if (what < 99 || random.nextBoolean()) {
            return new Call(
                    client, history.create(client, resource, "first"), operation -> create(resource, operation));
        }
        return new Call(client, history.delete(client, resource), operation -> delete(resource, operation));
    }

    private Runnable read(String resource, Operation operation) {
        Row row = readsStale && random.nextInt(STALE_READS_ONE_IN) == 0 ? earlier.get(resource) : rows.get(resource);
        return row == null ? operation::missing : () -> operation.found(row.version, row.value);
    }

    private Runnable update(String resource, long version, String value, Operation operation) {
        Row row = rows.get(resource);
        if (row == null) {
            return operation::missing;
        }
        if (row.version != version) {
            return operation::versionDiffers;
        }
        earlier.put(resource, row);
        rows.put(resource, new Row(version + 1, value));
        return () -> operation.updated(version + 1);
    }

    private Runnable create(String resource, Operation operation) {
        long answer = answers.computeIfAbsent(resource, none -> {
            rows.put(resource, new Row(1, "first"));
            return ++values;
        });
        return () -> operation.created("id-" + answer);
    }

    private Runnable delete(String resource, Operation operation) {
        Row row = rows.remove(resource);
        if (row == null) {
            return operation::missing;
        }
        earlier.put(resource, row);
        return operation::deleted;
    }
}
