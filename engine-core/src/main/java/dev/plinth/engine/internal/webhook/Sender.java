package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.OwnThread;
import java.net.InetAddress;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * Sends webhooks to strangers' servers, so that nothing behind it has to know how those can misbehave.
 *
 * <p>The client's own timeouts are per read, so a receiver that drips a byte at a time would hold a thread for ever; one
 * timer thread therefore ends each attempt at its absolute deadline. Nothing that this thread runs can block: see
 * {@link AbruptConnection}.
 *
 * <p>Thread-safe.
 */
final class Sender implements AutoCloseable {
    private static final System.Logger LOG = Log.of(Sender.class);

    private final GuardedResolver resolver;
    private final PoolingHttpClientConnectionManager pool;
    private final CloseableHttpClient client;
    private final CloseableHttpClient dialling;
    private final ScheduledThreadPoolExecutor deadlines;
    private final SendLimits limits;

    /**
     * A sender with the contract's limits, the system's resolver and the JVM's trusted certificates.
     *
     * @param version what stands behind {@code Plinth-Webhooks/}
     */
    static Sender create(AddressGuard guard, String version) {
        return new Sender(guard, InetAddress::getAllByName, SendLimits.STANDARD, SSLContexts.createDefault(), version);
    }

    Sender(AddressGuard guard, Resolver names, SendLimits limits, SSLContext tls, String version) {
        this.limits = limits;
        this.resolver = new GuardedResolver(guard, names, limits.connectMillis());
        this.pool = WebhookConnections.pool(guard, resolver, limits, tls);
        this.client = WebhookConnections.client(pool, true, limits, version);
        // The pool gives no way to ask for a new connection, so those that have to be new have their own.
        this.dialling = WebhookConnections.client(
                WebhookConnections.pool(guard, resolver, limits, tls), false, limits, version);
        this.deadlines = new ScheduledThreadPoolExecutor(1, end -> new OwnThread(end, "plinth-webhook-deadline"));
        deadlines.setRemoveOnCancelPolicy(true);
        // The pool drops idle connections only when asked; this also lets it forget the routes they belonged to.
        deadlines.scheduleWithFixedDelay(
                this::closeIdle, SendLimits.KEEP_ALIVE_MILLIS, SendLimits.KEEP_ALIVE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Makes one attempt on the caller's thread; returns by the deadline and never throws for what the network does. */
    SendResult send(SendRequest request) {
        long begun = System.nanoTime();
        try {
            Attempt attempt = new Attempt(request);
            SendError error = run(attempt);
            return attempt.result(error, millisSince(begun));
        } catch (RuntimeException unexpected) {
            LOG.log(System.Logger.Level.DEBUG, "Expected an answer or an I/O error, but the client threw", unexpected);
            return new SendResult(null, null, null, SendError.CONNECTION, millisSince(begun));
        }
    }

    /** Cuts all connections; attempts that are under way end as {@code connection}. */
    @Override
    public void close() {
        // First: what the other one cuts is tried again here.
        dialling.close(CloseMode.IMMEDIATE);
        client.close(CloseMode.IMMEDIATE);
        resolver.close();
        deadlines.shutdownNow();
    }

    private @Nullable SendError run(Attempt attempt) {
        ScheduledFuture<?> deadline = deadlines.schedule(attempt::expire, limits.totalMillis(), TimeUnit.MILLISECONDS);
        try {
            return attempt.run(client, dialling);
        } finally {
            deadline.cancel(false);
        }
    }

    private static long millisSince(long begunNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
    }

    private void closeIdle() {
        pool.closeIdle(TimeValue.ofMilliseconds(SendLimits.KEEP_ALIVE_MILLIS));
    }
}
