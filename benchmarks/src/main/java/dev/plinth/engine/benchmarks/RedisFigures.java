package dev.plinth.engine.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.RedisClient;

/** Measures how long Redis takes to return a remembered answer over loopback to one caller. */
final class RedisFigures {
    private static final int KEYS = 2_000;
    private static final int VALUE_BYTES = 350;
    private static final long MILLIS = 5_000;

    private RedisFigures() {}

    static void run(Path directory) throws Exception {
        try (Servers.Running server = Servers.redis(directory);
                RedisClient redis = RedisPeer.client(server.port(), 1)) {
            for (int i = 0; i < KEYS; i++) {
                redis.set(key(i), new byte[VALUE_BYTES]);
            }
            get(redis);
            Load.Done done = get(redis);
            Figures.print("Redis GET mean", done.nanos().getMean() / TimeUnit.MICROSECONDS.toNanos(1), "µs");
            Figures.print("Redis GET", done.nanos(), 50, 99, 99.9);
        }
    }

    private static Load.Done get(RedisClient redis) throws InterruptedException {
        return Load.blocking(1, Figures.length(MILLIS), turn -> {
            byte[] value = redis.get(key(turn % KEYS));
            if (value == null || value.length != VALUE_BYTES) {
                throw new IllegalStateException("Expected a value, but got none");
            }
            return value;
        });
    }

    private static byte[] key(long number) {
        return ("idem:" + (number & 15) + ":" + BenchedEngine.key((int) number)).getBytes(StandardCharsets.US_ASCII);
    }
}
