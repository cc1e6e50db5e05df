package dev.plinth.engine.benchmarks;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.SetParams;

/**
 * PostgreSQL with Redis beside it. Remembered answers are looked up in Redis. A thread puts them there after the
 * commit, many at once, so that no caller waits for it. If it dies before that, the table's primary key refuses the
 * second create.
 */
final class RedisPeer extends SqlPeer {
    private static final int FINGERPRINT_BYTES = 32;
    private static final int QUEUED_MAX = 10_000;
    private static final int SENT_MAX = 500;
    private static final long DAY_SECONDS = 86_400;

    private final BlockingQueue<Writes> queue = new ArrayBlockingQueue<>(QUEUED_MAX);
    private final RedisClient redis;
    private final Thread sender = new Thread(this::loop, "redis-sender");

    RedisPeer(Dialect dialect, int redisPort, int connections) throws SQLException {
        super(dialect);
        redis = client(redisPort, connections);
        redis.flushAll();
        sender.setDaemon(true);
        sender.start();
    }

    /** Makes a client that keeps its connections. */
    static RedisClient client(int port, int connections) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(connections);
        pool.setMaxIdle(connections);
        return RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", port))
                .poolConfig(pool)
                .build();
    }

    @Override
    @Nullable
    Remembered find(int workspace, String key) {
        byte[] value = redis.get(redisKey(workspace, key));
        return value == null
                ? null
                : new Remembered(
                        Arrays.copyOf(value, FINGERPRINT_BYTES),
                        Arrays.copyOfRange(value, FINGERPRINT_BYTES, value.length));
    }

    @Override
    void commit(Writes writes) {
        super.commit(writes);
        try {
            queue.put(writes);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected room in the queue to Redis, but was interrupted", e);
        }
    }

    @Override
    public void close() throws SQLException {
        sender.interrupt();
        try {
            sender.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected the sender to end, but was interrupted", e);
        }
        redis.close();
        super.close();
    }

    private void loop() {
        List<Writes> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(queue.take());
                queue.drainTo(batch, SENT_MAX - 1);
                send(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(List<Writes> batch) {
        try (Pipeline pipeline = redis.pipelined()) {
            for (Writes writes : batch) {
                byte[] body = writes.remembered().body();
                byte[] value = Arrays.copyOf(writes.remembered().fingerprint(), FINGERPRINT_BYTES + body.length);
                System.arraycopy(body, 0, value, FINGERPRINT_BYTES, body.length);
                pipeline.set(
                        redisKey(writes.workspace(), writes.key()),
                        value,
                        SetParams.setParams().ex(DAY_SECONDS));
            }
            pipeline.sync();
        }
    }

    private static byte[] redisKey(int workspace, String key) {
        return ("idem:" + workspace + ":" + key).getBytes(StandardCharsets.US_ASCII);
    }
}
