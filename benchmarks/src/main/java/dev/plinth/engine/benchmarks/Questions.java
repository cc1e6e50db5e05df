package dev.plinth.engine.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;

/** The questions for a child process, which prints its figures on standard output. */
final class Questions {
    private static final long STEADY_SECONDS = 60;

    private Questions() {}

    static void ask(String question, String... arguments) throws Exception {
        String last = arguments.length == 0 ? "" : arguments[arguments.length - 1];
        switch (question) {
            case "stack" -> StackFigures.run(arguments[0], Path.of(last));
            case "units" -> UnitFigures.run(arguments[0], Path.of(last));
            case "deliveries" -> DeliveryFigures.run(Path.of(last));
            case DeliveryFigures.RECEIVER -> BareReceiver.serve();
            case "tail" -> TailFigures.run(Path.of(last));
            case TailFigures.FOLLOWER -> StreamFollower.follow(Integer.parseInt(arguments[0]), last);
            case "takeover" -> TakeoverFigures.run(Path.of(last));
            case "cluster" -> ClusterFigures.run(Path.of(last));
            case "growth" -> GrowthFigures.run();
            case "cluster-size" -> ClusterFigures.size(Path.of(last));
            case "redis" -> RedisFigures.run(Path.of(last));
            case "jmh" -> JmhFigures.run(arguments[0], Integer.parseInt(last));
            case "serve" -> HttpServers.serve(arguments[0], Integer.parseInt(arguments[1]), Path.of(last));
            case "start" -> StartFigures.run(Path.of(last));
            case "mixed" -> MixedLoad.run(last);
            case "durable" -> DurableCreates.run(Path.of(last));
            case "steady" -> SteadyLoad.run(Path.of(last, "data"), Figures.length(STEADY_SECONDS));
            case "fill" -> new LargeStore(Path.of(arguments[0]), Long.parseLong(last)).fillAndDie();
            case "open" -> new LargeStore(Path.of(arguments[0]), Long.parseLong(arguments[1])).open(last);
            case "raw-map" -> RawMap.run(Long.parseLong(arguments[0]), Integer.parseInt(last));
            default ->
                throw new IllegalArgumentException(
                        "Expected a question, but got " + question + " " + Arrays.toString(arguments));
        }
    }
}
