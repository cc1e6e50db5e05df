package dev.plinth.engine.benchmarks;

import dev.plinth.engine.ResourcesClient;
import dev.plinth.engine.Tables;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Asks what it costs to show what is there: a resource by its id, and the remembered answer of a repeated create.
 *
 * <p>Calls go round {@link #RESOURCES} resources. Nothing is written, so one engine serves a whole trial.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GetBenchmark {
    private static final int RESOURCES = 1 << 12;

    /** Where the rows live. */
    @Param({"HEAP", "OFF_HEAP"})
    @SuppressWarnings("NullAway.Init") // JMH sets it
    public Tables tables;

    private final ResourcesClient[] clients = new ResourcesClient[BenchedEngine.WORKSPACES];
    private final String[] ids = new String[RESOURCES];
    private final Call[] gets = new Call[RESOURCES];
    private final Call[] creates = new Call[RESOURCES];
    private int next;

    @SuppressWarnings("NullAway.Init") // set up by JMH
    private BenchedEngine engine;

    /** Opens an engine and creates the resources. */
    @Setup
    public void open() {
        engine = new BenchedEngine(tables, 2 * RESOURCES);
        for (int i = 0; i < clients.length; i++) {
            clients[i] = engine.client(i).resources();
        }
        for (int i = 0; i < RESOURCES; i++) {
            creates[i] = engine.create(i);
            String location = engine.call(creates[i], 201).headers().getOrDefault("Location", "");
            ids[i] = location.substring(location.lastIndexOf('/') + 1);
            gets[i] = engine.get(i, ids[i]);
        }
    }

    /** Closes the engine. */
    @TearDown
    public void close() {
        engine.close();
    }

    /** The typed client: reads the answer into a value besides; a refusal throws. */
    @Benchmark
    public Resource typed() {
        int i = turn();
        return clients[i & (BenchedEngine.WORKSPACES - 1)].get(ids[i]).call();
    }

    /** What the HTTP adapter does behind its socket. */
    @Benchmark
    public Reply bytes() {
        return engine.call(gets[turn()], 200);
    }

    /** A create repeated under its idempotency key, as bytes: the remembered answer, and nothing executed. */
    @Benchmark
    public Reply replay() {
        Reply reply = engine.call(creates[turn()], 201);
        if (!reply.headers().containsKey("Idempotent-Replayed")) {
            throw new IllegalStateException("Expected a remembered answer, but the call was executed");
        }
        return reply;
    }

    private int turn() {
        next = (next + 1) & (RESOURCES - 1);
        return next;
    }
}
