package dev.plinth.engine.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
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
 * Measures what a remembered answer costs in a cache of the same process, without key check, limit or parsing. The
 * body's fingerprint is made and compared. The remembered answers are lost with the process, and were never committed
 * together with the change.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ReplayPeersBenchmark {
    private static final int KEYS = 1 << 12;
    private static final int ANSWER_BYTES = 350;
    private static final byte[] BODY = BenchedEngine.BODY.toString().getBytes(StandardCharsets.UTF_8);

    private final Cache<String, Remembered> cache = Caffeine.newBuilder()
            .maximumSize(1_000_000)
            .expireAfterWrite(Duration.ofHours(24))
            .build();
    private final String[] keys = new String[KEYS];
    private int next;

    private record Remembered(byte[] fingerprint, byte[] answer) {}

    /** Remembers answers. */
    @Setup
    public void prepare() throws NoSuchAlgorithmException {
        for (int i = 0; i < KEYS; i++) {
            keys[i] = "ws_" + (i & 15) + ":" + BenchedEngine.key(i);
            cache.put(keys[i], new Remembered(fingerprint(), new byte[ANSWER_BYTES]));
        }
    }

    /** Replays out of a cache in the process. */
    @Benchmark
    public byte[] caffeine() throws NoSuchAlgorithmException {
        next = (next + 1) & (KEYS - 1);
        Remembered found = cache.getIfPresent(keys[next]);
        if (found == null || !Arrays.equals(found.fingerprint, fingerprint())) {
            throw new IllegalStateException("Expected the remembered answer, but found " + found);
        }
        return found.answer;
    }

    private static byte[] fingerprint() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(BODY);
    }
}
