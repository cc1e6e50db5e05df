package dev.plinth.engine.settings;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the same ids and secrets in every run with the same seed and clock. For tests and golden files only. An engine
 * with a directory or a shared log refuses it, because rows of an earlier run have these ids.
 *
 * <p>Each kind of id has its own counter, so the ids of one kind do not depend on how calls of other kinds interleave.
 */
public final class SeededIds implements IdSource {
    private final long seed;
    private final ConcurrentHashMap<String, AtomicLong> counters = new ConcurrentHashMap<>();
    private final AtomicLong secrets = new AtomicLong();

    /** Makes a source with this seed. */
    public SeededIds(long seed) {
        this.seed = seed;
    }

    @Override
    public Bits next(String kind, long epochMillis) {
        Objects.requireNonNull(kind, "kind must not be null.");
        long count = counters.computeIfAbsent(kind, k -> new AtomicLong()).incrementAndGet();
        long noise = mix(seed ^ kind.hashCode());
        return new Bits(epochMillis << 16 | (noise & 0xFFFF), count << 24 | (mix(seed + count) & 0xFF_FFFF));
    }

    @Override
    public void fillSecret(byte[] target) {
        Objects.requireNonNull(target, "target must not be null.");
        for (int i = 0; i < target.length; i++) {
            target[i] = (byte) mix(seed ^ mix(secrets.incrementAndGet()));
        }
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
