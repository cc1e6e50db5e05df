package dev.plinth.engine.benchmarks;

import com.google.common.util.concurrent.RateLimiter;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
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
 * Measures in other libraries what {@link TakeBenchmark} measures in the engine. All have limits that no loop reaches.
 * Only Bucket4j also returns the tokens that are left, as the engine does; the others return yes or no. Bare is the
 * least that a limit can do: the clock, the theoretical arrival time, one compare-and-set.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LimitPeersBenchmark {
    private static final int MANY = TakeBenchmark.MANY;
    private static final int PER_SECOND = 1_000_000_000;
    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Id[] ids = new Id[MANY];
    private final Bucket bucket = bucket();
    private final Map<Id, Bucket> buckets = new ConcurrentHashMap<>();
    private final AtomicLong bare = new AtomicLong();
    private final Map<Id, AtomicLong> bares = new ConcurrentHashMap<>();
    private final RateLimiter guava = RateLimiter.create(PER_SECOND);
    private final AtomicRateLimiter resilience4j = new AtomicRateLimiter(
            "bench",
            RateLimiterConfig.custom()
                    .limitForPeriod(PER_SECOND)
                    .limitRefreshPeriod(Duration.ofSeconds(1))
                    .timeoutDuration(Duration.ZERO)
                    .build());

    private int index;

    /** Makes the ids. In one fork only one kind of buckets is made. */
    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MANY; i++) {
            ids[i] = new Id(IdKind.WORKSPACE, random.nextLong(), random.nextLong());
        }
    }

    /** Bucket4j, one bucket. */
    @Benchmark
    public ConsumptionProbe bucket4jOne() {
        return taken(bucket);
    }

    /** Bucket4j in a map. */
    @Benchmark
    public ConsumptionProbe bucket4jMany() {
        return taken(found(buckets, LimitPeersBenchmark::bucket));
    }

    /** Resilience4j. */
    @Benchmark
    public boolean resilience4jOne() {
        return checked(resilience4j.acquirePermission(1));
    }

    /** Guava. */
    @Benchmark
    public boolean guavaOne() {
        return checked(guava.tryAcquire());
    }

    /** The bare minimum. */
    @Benchmark
    public boolean bareOne() {
        return checked(take(bare));
    }

    /** The bare minimum in a map. */
    @Benchmark
    public boolean bareMany() {
        return checked(take(found(bares, AtomicLong::new)));
    }

    private <T> T found(Map<Id, T> map, Supplier<T> maker) {
        index = TakeBenchmark.next(index);
        T found = map.get(ids[index]);
        return found == null ? map.computeIfAbsent(ids[index], id -> maker.get()) : found;
    }

    private static Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(PER_SECOND).refillGreedy(PER_SECOND, Duration.ofSeconds(1)))
                .withNanosecondPrecision()
                .build();
    }

    private static ConsumptionProbe taken(Bucket from) {
        ConsumptionProbe probe = from.tryConsumeAndReturnRemaining(1);
        boolean unused = checked(probe.isConsumed());
        return probe;
    }

    private static boolean take(AtomicLong arrival) {
        while (true) {
            long now = System.nanoTime();
            long before = arrival.get();
            long after = Math.max(before, now) + 1;
            if (after - now > BURST_NANOS) {
                return false;
            }
            if (arrival.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    private static boolean checked(boolean allowed) {
        if (!allowed) {
            throw new IllegalStateException("Expected a token, but there was none");
        }
        return true;
    }
}
