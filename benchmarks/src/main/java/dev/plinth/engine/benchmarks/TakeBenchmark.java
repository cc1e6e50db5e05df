package dev.plinth.engine.benchmarks;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what the rate limit adds to each call: one take, from one hot bucket and from many.
 *
 * <p>No plan allows as many units as a bare loop takes. So the buckets refill by a clock that runs a thousand times as
 * fast as the machine's. It is read as often and costs as much. There is one thread only, because with such a clock a
 * thread that loses its core between clock and bucket would be refused. Rows play no part, hence no {@code tables}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TakeBenchmark {
    /** The number of workspaces. */
    static final int MANY = 100_000;

    private static final int STEP = 61_803; // coprime to MANY, so that all come before one comes again

    private static final Plan PLAN = BenchedEngine.PLAN;

    /** Takes from one bucket. */
    @Benchmark
    public Quota oneBucket(Buckets buckets) {
        return buckets.take(0);
    }

    /** Takes from 100,000 buckets in random order. */
    @Benchmark
    public Quota manyBuckets(Buckets buckets, Turn turn) {
        return buckets.take(turn.next());
    }

    /** Returns the workspace after this one. */
    static int next(int index) {
        return (index + STEP) % MANY;
    }

    /** The buckets, each taken from once. */
    @State(Scope.Benchmark)
    public static class Buckets {
        private static final long IDS_SEED = 1;

        private final Quotas quotas = new Quotas(new FastClock());
        private final Caller[] callers = new Caller[MANY];

        /** Makes a bucket for each workspace. */
        @Setup
        public void fill() {
            SplittableRandom random = new SplittableRandom(IDS_SEED);
            for (int i = 0; i < MANY; i++) {
                Id workspace = new Id(IdKind.WORKSPACE, random.nextLong(), random.nextLong());
                callers[i] = new Caller(workspace, new Id(IdKind.KEY, 1, i), 0, PLAN, 1);
                take(i);
            }
        }

        private Quota take(int index) {
            Quota quota = quotas.take(callers[index], 1);
            if (!quota.allowed()) {
                throw new IllegalStateException("Expected a unit, but the bucket was empty: " + quota);
            }
            return quota;
        }
    }

    /** The order of the workspaces, which no cache foresees. */
    @State(Scope.Thread)
    public static class Turn {
        private int index;

        private int next() {
            index = TakeBenchmark.next(index);
            return index;
        }
    }

    /** The machine's clock, a thousand times as fast. */
    private static final class FastClock implements EngineClock {
        private static final int FACTOR = 1000;

        private final long startNanos = System.nanoTime();

        @Override
        public long epochMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
            return (System.nanoTime() - startNanos) * FACTOR;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
