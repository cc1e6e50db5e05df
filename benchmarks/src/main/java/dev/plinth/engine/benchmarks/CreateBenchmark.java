package dev.plinth.engine.benchmarks;

import dev.plinth.engine.ResourcesClient;
import dev.plinth.engine.Tables;
import dev.plinth.engine.api.Call;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Asks what a create under an idempotency key costs, from the client and as the adapter calls it.
 *
 * <p>Creates make the store grow, and a figure must not depend on how long it was measured: each invocation therefore fills a
 * fresh engine with {@link #CREATES} resources, which JMH divides by. Opening and closing engines is outside the time, though
 * not outside what {@code -prof gc} counts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CreateBenchmark {
    private static final int CREATES = 10_000;

    /** Where the rows live. */
    @Param({"HEAP", "OFF_HEAP"})
    @SuppressWarnings("NullAway.Init") // JMH sets it
    public Tables tables;

    private final ResourcesClient[] clients = new ResourcesClient[BenchedEngine.WORKSPACES];
    private final String[] keys = new String[CREATES];
    private final Call[] calls = new Call[CREATES];

    @SuppressWarnings("NullAway.Init") // set up by JMH
    private BenchedEngine engine;

    /** Prepares the calls; they fit every engine, because all have the same secrets. */
    @Setup
    public void prepare() {
        try (BenchedEngine any = new BenchedEngine(Tables.HEAP, CREATES)) {
            for (int i = 0; i < CREATES; i++) {
                keys[i] = BenchedEngine.key(i);
                calls[i] = any.create(i);
            }
        }
    }

    /** Opens an empty engine. */
    @Setup(Level.Invocation)
    public void open() {
        engine = new BenchedEngine(tables, 2 * CREATES);
        for (int i = 0; i < clients.length; i++) {
            clients[i] = engine.client(i).resources();
        }
    }

    /** Lets go of it. */
    @TearDown(Level.Invocation)
    public void close() {
        engine.close();
    }

    /** The typed client: renders the body and reads the answer back into a value besides; a refusal throws. */
    @Benchmark
    @OperationsPerInvocation(CREATES)
    public void typed(Blackhole blackhole) {
        for (int i = 0; i < CREATES; i++) {
            blackhole.consume(clients[i & (BenchedEngine.WORKSPACES - 1)]
                    .create(BenchedEngine.INPUT)
                    .idempotencyKey(keys[i])
                    .call());
        }
    }

    /** What the HTTP adapter does behind its socket: bytes in, status, headers and bytes out. */
    @Benchmark
    @OperationsPerInvocation(CREATES)
    public void bytes(Blackhole blackhole) {
        for (int i = 0; i < CREATES; i++) {
            blackhole.consume(engine.call(calls[i], 201));
        }
    }
}
