package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Prints how long calls for hidden objects take, and how long calls for missing objects take. No clock should tell the
 * two apart better than two calls for missing objects. The kinds of calls take turns in random order in one loop, so
 * that a disturbance affects all.
 *
 * <p>It asserts nothing. The page of the benchmarks has its output.
 */
final class HiddenTiming {
    private static final int CALLS = 200_000;
    private static final int WARM_UP = 100_000;
    private static final int OF_EACH = 1_000;

    private HiddenTiming() {}

    /** Measures. The first argument is the number of calls of each kind, by default 200,000. */
    public static void main(String[] arguments) {
        int calls = arguments.length == 0 ? CALLS : Integer.parseInt(arguments[0]);
        for (Tables tables : Tables.values()) {
            try (Engine engine = builder(tables).open()) {
                HiddenWorld world = new HiddenWorld(engine);
                for (Map.Entry<String, List<List<Call>>> question :
                        world.questions().entrySet()) {
                    measure(engine, WARM_UP, question.getValue());
                    long[][] nanos = measure(engine, calls, question.getValue());
                    print(tables + " " + question.getKey() + " not there", nanos[0]);
                    print(tables + " " + question.getKey() + " hidden   ", nanos[1]);
                    Arrays.sort(nanos[2]);
                    System.out.printf(
                            Locale.ROOT,
                            "  best guess by one measurement: right %.2f %% of the time; between two of not there: %.2f %%%n",
                            100 * bestGuess(nanos[0], nanos[1]),
                            100 * bestGuess(nanos[0], nanos[2]));
                }
            }
        }
    }

    /** Returns a builder under which calls cost nothing, so that no rate limit ends them. */
    private static EngineBuilder builder(Tables tables) {
        return Engine.builder()
                .tables(tables)
                .maxResources(100_000)
                .routeCost("GET /v1/resources/{id}", 0)
                .routeCost("PATCH /v1/resources/{id}", 0);
    }

    private static long[][] measure(Engine engine, int calls, List<List<Call>> kinds) {
        long[][] nanos = new long[kinds.size()][calls];
        int[] done = new int[kinds.size()];
        Random random = new Random(1);
        int left = calls * kinds.size();
        while (left > 0) {
            int kind = random.nextInt(kinds.size());
            if (done[kind] == calls) {
                continue;
            }
            List<Call> same = kinds.get(kind);
            Call call = same.get(random.nextInt(same.size()));
            long began = System.nanoTime();
            Reply reply = engine.call(call);
            nanos[kind][done[kind]++] = System.nanoTime() - began;
            if (reply.status() != 404) {
                throw new IllegalStateException("Expected 404, but got " + reply.text());
            }
            left--;
        }
        return nanos;
    }

    private static void print(String name, long[] nanos) {
        Arrays.sort(nanos);
        double sum = 0;
        for (long each : nanos) {
            sum += each;
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %,d calls, ns: p1 %,d p10 %,d p50 %,d p90 %,d p99 %,d p99.9 %,d mean %,.0f%n",
                name,
                nanos.length,
                at(nanos, 0.01),
                at(nanos, 0.1),
                at(nanos, 0.5),
                at(nanos, 0.9),
                at(nanos, 0.99),
                at(nanos, 0.999),
                sum / nanos.length);
    }

    private static long at(long[] sorted, double share) {
        return sorted[(int) (share * (sorted.length - 1))];
    }

    /**
     * Returns how often an observer is right that sees one time and guesses by the best threshold. Both arrays are
     * sorted and of one length.
     */
    private static double bestGuess(long[] one, long[] other) {
        double best = 0;
        int at = 0;
        for (int i = 0; i < one.length; i++) {
            while (at < other.length && other[at] <= one[i]) {
                at++;
            }
            boolean isLastOfItsTime = i + 1 == one.length || one[i + 1] != one[i];
            best = isLastOfItsTime ? Math.max(best, Math.abs(i + 1 - at) / (double) one.length) : best;
        }
        return 0.5 + best / 2;
    }

    /** A workspace that asks, and another one with the objects that are hidden from it. */
    private static final class HiddenWorld {
        private final String asking;
        private final String having;
        private final Engine engine;

        HiddenWorld(Engine engine) {
            this.engine = engine;
            this.asking = key();
            this.having = key();
        }

        private String key() {
            String workspace =
                    engine.admin().createWorkspace("w", "business").call().id();
            return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        }

        /** Returns by name the calls for missing objects, for hidden ones, and for other missing ones. */
        Map<String, List<List<Call>>> questions() {
            Map<String, List<List<Call>>> questions = new TreeMap<>();
            for (String method : List.of("GET", "PATCH")) {
                questions.put(method, List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
            }
            for (int i = 0; i < OF_EACH; i++) {
                String there =
                        engine.client(having).resources().create("r" + i).call().id();
                String start = there.substring(0, there.length() - 4);
                String end = there.substring(there.length() - 1);
                questions.forEach((method, kinds) -> {
                    kinds.get(0).add(call(method, start + "zzz" + end));
                    kinds.get(1).add(call(method, there));
                    kinds.get(2).add(call(method, start + "yyy" + end));
                });
            }
            return questions;
        }

        private Call call(String method, String id) {
            Call call = Call.of(method, "/v1/resources/" + id).withKey(asking);
            return method.equals("GET") ? call : call.withBody(Json.of("{\"name\":\"n\"}"));
        }
    }
}
