package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.ssl.SSLContexts;
import org.jspecify.annotations.Nullable;

/**
 * Sends webhooks to servers that are not trusted, so that no caller has to know how those can misbehave. An attempt
 * that waits for its receiver holds a connection and no thread.
 *
 * <p>The client's own timeouts are per read, so a receiver that sends a byte at a time would never end. One timer
 * thread therefore ends each attempt at its absolute deadline. Nothing that this thread runs can block.
 *
 * <p>Thread-safe.
 */
final class Sender implements AutoCloseable {
    private final System.Logger log = Log.sparing(Sender.class);
    private final DnsLookups lookups;
    private final Connector connector;
    private final ConnectionPool kept = new ConnectionPool();
    private final ScheduledThreadPoolExecutor deadlines;
    private final SendLimits limits;
    private final Set<SendAttempt> inFlight = ConcurrentHashMap.newKeySet();
    private final SendAttempt.Transport transport = new AttemptTransport();
    private volatile boolean closed;

    /**
     * Makes a sender with the contract's limits, the system's resolver and the JVM's trusted certificates.
     *
     * @param userAgent the header {@code user-agent}
     */
    static Sender create(AddressFilter filter, String userAgent) {
        return new Sender(
                filter, InetAddress::getAllByName, SendLimits.STANDARD, SSLContexts.createDefault(), userAgent);
    }

    Sender(AddressFilter filter, Resolver names, SendLimits limits, SSLContext tls, String userAgent) {
        this.limits = limits;
        this.lookups = new DnsLookups(filter, names, limits.connectMillis());
        this.connector = new Connector(filter, limits, tls, userAgent);
        this.deadlines = new ScheduledThreadPoolExecutor(1, end -> new EngineThread(end, "plinth-webhook-deadline"));
        deadlines.setRemoveOnCancelPolicy(true);
        deadlines.scheduleWithFixedDelay(
                kept::cutIdle, SendLimits.KEEP_ALIVE_MILLIS, SendLimits.KEEP_ALIVE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Uses no connection any more that was dialled before the filter changed. */
    void filterChanged() {
        kept.filterChanged(limits.connectMillis());
    }

    /**
     * Makes one attempt and returns at once.
     *
     * @param listener receives the result once, by the deadline, on one of the sender's threads or the caller's; it
     *     must not block
     */
    void send(SendRequest request, Consumer<SendResult> listener) {
        SendAttempt sendAttempt = new SendAttempt(request, WebhookTarget.of(request.url()), transport, listener);
        inFlight.add(sendAttempt);
        try {
            sendAttempt.deadline(deadlines.schedule(
                    () -> sendAttempt.end(SendError.TIMEOUT), limits.totalMillis(), TimeUnit.MILLISECONDS));
            ConnectionPool.Connection connection = kept.take(request.workspace(), sendAttempt.target());
            if (closed) {
                sendAttempt.end(SendError.CONNECTION);
            } else if (connection != null) {
                sendAttempt.exchange(connection, true);
            } else {
                transport.dial(sendAttempt);
            }
        } catch (RejectedExecutionException atClosing) {
            sendAttempt.end(SendError.CONNECTION);
        } catch (LinkageError otherVersion) {
            sendAttempt.abandon();
            throw otherVersion;
        } catch (RuntimeException | Error unexpected) {
            log.log(System.Logger.Level.ERROR, "An attempt could not begin", unexpected);
            sendAttempt.end(SendError.CONNECTION);
        }
    }

    /** Makes one attempt and waits for its result. */
    SendResult send(SendRequest request) {
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        send(request, result::complete);
        return result.join();
    }

    /** Returns false once it can send nothing more although it was not closed. */
    boolean isAlive() {
        return closed || connector.isAlive();
    }

    /** Cuts all connections. Attempts in flight end as {@code connection}. */
    @Override
    public void close() {
        closed = true;
        lookups.close();
        deadlines.shutdownNow();
        inFlight.forEach(sendAttempt -> sendAttempt.end(SendError.CONNECTION));
        kept.close();
        connector.close();
    }

    private void lookUp(SendAttempt sendAttempt) {
        Future<?> limit =
                deadlines.schedule(() -> sendAttempt.end(SendError.DNS), limits.connectMillis(), TimeUnit.MILLISECONDS);
        lookups.find(sendAttempt.request().workspace(), sendAttempt.target().host(), new DnsLookups.Answer() {
            @Override
            public void found(InetAddress[] addresses) {
                limit.cancel(false);
                connect(sendAttempt, addresses, 0);
            }

            @Override
            public void failed(IOException trouble) {
                limit.cancel(false);
                sendAttempt.end(
                        trouble instanceof ForbiddenAddressException ? SendError.FORBIDDEN_ADDRESS : SendError.DNS);
            }
        });
    }

    /** Tries the first few addresses, one after the other. */
    private void connect(SendAttempt sendAttempt, InetAddress[] addresses, int index) {
        if (sendAttempt.isOver()) {
            return;
        }
        int tried = Math.min(addresses.length, SendLimits.ADDRESSES_TRIED);
        try {
            sendAttempt.connecting(connector.dial(sendAttempt.target(), addresses[index], new Connector.Answer() {
                /** Made before the handshake, because its age tells under which filter it was dialled. */
                private ConnectionPool.@Nullable Connection made;

                @Override
                public void reached(IOSession session) {
                    ConnectionPool.Connection open = ConnectionPool.made(session);
                    made = open;
                    sendAttempt.reached(open);
                }

                @Override
                public void connected(IOSession session) {
                    ConnectionPool.Connection open = made;
                    sendAttempt.exchange(open == null ? ConnectionPool.made(session) : open, false);
                }

                @Override
                public void failed(Exception trouble, boolean inHandshake) {
                    if (inHandshake || index + 1 == tried) {
                        sendAttempt.end(SendAttempt.classify(trouble, inHandshake));
                    } else {
                        connect(sendAttempt, addresses, index + 1);
                    }
                }
            }));
        } catch (IOException | RuntimeException trouble) {
            sendAttempt.end(SendAttempt.classify(trouble, false));
        }
    }

    private final class AttemptTransport implements SendAttempt.Transport {
        @Override
        public void dial(SendAttempt sendAttempt) {
            try {
                lookUp(sendAttempt);
            } catch (RejectedExecutionException atClosing) {
                sendAttempt.end(SendError.CONNECTION);
            }
        }

        @Override
        public void keep(SendAttempt sendAttempt, ConnectionPool.Connection connection) {
            kept.keep(sendAttempt.request().workspace(), sendAttempt.target(), connection);
        }

        @Override
        public void ended(SendAttempt sendAttempt) {
            inFlight.remove(sendAttempt);
        }
    }
}
