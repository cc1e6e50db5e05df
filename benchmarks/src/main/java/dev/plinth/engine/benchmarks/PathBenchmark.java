package dev.plinth.engine.benchmarks;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.settings.Tables;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Measures what each kind of call costs in process, from the credential to the bytes of the answer, and through the
 * typed client. Every thread uses workspaces of its own.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 3, time = 1)
public class PathBenchmark {
    private static final int RESOURCES = 1 << 12;
    private static final int ROOM = 2_000_000;

    /** Creates under a new idempotency key. */
    @Benchmark
    public Reply create(Growing growing, Turn turn) {
        return growing.engine.call(growing.engine.create(turn.next()), 201);
    }

    /** Creates through the typed client, which also renders the body and reads the answer. */
    @Benchmark
    public Resource createTyped(Growing growing, Turn turn) {
        int number = turn.next();
        return growing.engine
                .client(number)
                .resources()
                .create(BenchedEngine.INPUT)
                .idempotencyKey(BenchedEngine.key(number))
                .call();
    }

    /** Publishes an event of the host's own. */
    @Benchmark
    public Reply publish(Growing growing, Turn turn) {
        return growing.engine.call(growing.engine.publish(turn.next()), 201);
    }

    /** Starts a job that waits for a worker. */
    @Benchmark
    public Reply startJob(Growing growing, Turn turn) {
        return growing.engine.call(growing.engine.startJob(turn.next()), 202);
    }

    /** Gets a resource by its id. */
    @Benchmark
    public Reply get(Standing standing, Turn turn) {
        return standing.engine.call(standing.gets[standing.index(turn)], 200);
    }

    /** Gets a resource through the typed client. */
    @Benchmark
    public Resource getTyped(Standing standing, Turn turn) {
        int index = standing.index(turn);
        return standing.engine
                .client(index)
                .resources()
                .get(standing.ids[index])
                .call();
    }

    /** Repeats a create under its key, which returns the remembered answer and executes nothing. */
    @Benchmark
    public Reply replay(Standing standing, Turn turn) {
        return BenchedEngine.checkReplayed(standing.engine.call(standing.creates[standing.index(turn)], 201));
    }

    /** Applies a merge patch that changes something and makes an event. */
    @Benchmark
    public Reply patch(Standing standing, Turn turn) {
        int index = standing.index(turn);
        return standing.engine.call(standing.engine.patch(index, standing.ids[index], turn.next), 200);
    }

    /** Lists the newest 20 of the 256 resources of a workspace. */
    @Benchmark
    public Reply page(Standing standing, Turn turn) {
        return standing.engine.call(standing.engine.page(turn.next()), 200);
    }

    /**
     * An engine that is empty at the beginning of each iteration, so that no figure depends on the length of earlier
     * ones.
     */
    @State(Scope.Benchmark)
    public static class Growing {
        /** The memory of the rows. */
        @Param({"HEAP", "OFF_HEAP"})
        @SuppressWarnings("NullAway.Init") // JMH sets it
        public Tables tables;

        @SuppressWarnings("NullAway.Init") // set up by JMH
        private BenchedEngine engine;

        /** Opens it. */
        @Setup(Level.Iteration)
        public void open() {
            engine = new BenchedEngine(tables, ROOM);
        }

        /** Closes it. */
        @TearDown(Level.Iteration)
        public void close() {
            engine.close();
        }
    }

    /** An engine with so many resources, and the calls that show them. */
    @State(Scope.Benchmark)
    public static class Standing {
        /** The memory of the rows. */
        @Param({"HEAP", "OFF_HEAP"})
        @SuppressWarnings("NullAway.Init") // JMH sets it
        public Tables tables;

        private final String[] ids = new String[RESOURCES];
        private final Call[] gets = new Call[RESOURCES];
        private final Call[] creates = new Call[RESOURCES];

        @SuppressWarnings("NullAway.Init") // set up by JMH
        private BenchedEngine engine;

        /** Creates the resources. */
        @Setup
        public void open() {
            engine = new BenchedEngine(tables, ROOM);
            for (int i = 0; i < RESOURCES; i++) {
                creates[i] = engine.create(i);
                ids[i] = BenchedEngine.id(engine.call(creates[i], 201));
                gets[i] = engine.get(i, ids[i]);
            }
        }

        /** Closes the engine. */
        @TearDown
        public void close() {
            engine.close();
        }

        private int index(Turn turn) {
            return turn.next() & (RESOURCES - 1);
        }
    }

    /** The numbers of a thread. With two threads, one has the even numbers, and so the even workspaces. */
    @State(Scope.Thread)
    public static class Turn {
        private static final AtomicInteger THREADS = new AtomicInteger();

        /** A power of two, at least as many as threads. */
        private static final int STRIDE = 2;

        private int next = THREADS.getAndIncrement() & (STRIDE - 1);

        private int next() {
            next += STRIDE;
            return next;
        }
    }
}
