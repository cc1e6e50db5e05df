package dev.plinth.engine.internal.webhook;

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

/**
 * Sends webhooks to strangers' servers, so that nothing behind it has to know how those can misbehave. An attempt holds no thread: one that
 * waits for its receiver costs a connection.
 *
 * <p>The client's own timeouts are per read, so a receiver that drips a byte at a time would never end; one timer thread therefore ends each
 * attempt at its absolute deadline. Nothing that this thread runs can block.
 *
 * <p>Thread-safe.
 */
final class Sender implements AutoCloseable {
    private final System.Logger log = Log.sparing(Sender.class);
    private final LookUps lookUps;
    private final Dialler dialler;
    private final KeptConnections kept = new KeptConnections();
    private final ScheduledThreadPoolExecutor deadlines;
    private final SendLimits limits;
    private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
    private final Attempt.Route route = new RouteOfAttempt();
    private volatile boolean closed;

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
        this.lookUps = new LookUps(guard, names, limits.connectMillis());
        this.dialler = new Dialler(guard, limits, tls, version);
        this.deadlines = new ScheduledThreadPoolExecutor(1, end -> new EngineThread(end, "plinth-webhook-deadline"));
        deadlines.setRemoveOnCancelPolicy(true);
        deadlines.scheduleWithFixedDelay(
                kept::cutIdle, SendLimits.KEEP_ALIVE_MILLIS, SendLimits.KEEP_ALIVE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Makes one attempt and returns at once.
     *
     * @param listener hears what came of it, once and by the deadline, on one of the sender's threads or on the caller's; it must not block
     */
    void send(SendRequest request, Consumer<SendResult> listener) {
        Attempt attempt = new Attempt(request, Target.of(request.url()), route, listener);
        underWay.add(attempt);
        try {
            attempt.deadline(deadlines.schedule(
                    () -> attempt.end(SendError.TIMEOUT), limits.totalMillis(), TimeUnit.MILLISECONDS));
            KeptConnections.Connection connection = kept.take(request.workspace(), attempt.target());
            if (closed) {
                attempt.end(SendError.CONNECTION);
            } else if (connection != null) {
                attempt.exchange(connection, true);
            } else {
                route.dial(attempt);
            }
        } catch (RejectedExecutionException atClosing) {
            attempt.end(SendError.CONNECTION);
        } catch (LinkageError otherVersion) {
            attempt.abandon();
            throw otherVersion;
        } catch (RuntimeException | Error unexpected) {
            log.log(System.Logger.Level.ERROR, "Expected an attempt to begin, but it failed", unexpected);
            attempt.end(SendError.CONNECTION);
        }
    }

    /** The same for a thread that may wait. */
    SendResult send(SendRequest request) {
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        send(request, result::complete);
        return result.join();
    }

    /** Returns false once it can send nothing more, though it was not closed. */
    boolean isAlive() {
        return closed || dialler.isAlive();
    }

    /** Cuts all connections; attempts that are under way end as {@code connection}. */
    @Override
    public void close() {
        closed = true;
        lookUps.close();
        deadlines.shutdownNow();
        underWay.forEach(attempt -> attempt.end(SendError.CONNECTION));
        kept.close();
        dialler.close();
    }

    private void lookUp(Attempt attempt) {
        Future<?> limit =
                deadlines.schedule(() -> attempt.end(SendError.DNS), limits.connectMillis(), TimeUnit.MILLISECONDS);
        lookUps.find(attempt.request().workspace(), attempt.target().host(), new LookUps.Answer() {
            @Override
            public void found(InetAddress[] addresses) {
                limit.cancel(false);
                connect(attempt, addresses, 0);
            }

            @Override
            public void failed(IOException trouble) {
                limit.cancel(false);
                attempt.end(trouble instanceof ForbiddenAddressException ? SendError.FORBIDDEN_ADDRESS : SendError.DNS);
            }
        });
    }

    /** Tries one address after the other, the first few. */
    private void connect(Attempt attempt, InetAddress[] addresses, int index) {
        if (attempt.isOver()) {
            return;
        }
        int tried = Math.min(addresses.length, SendLimits.ADDRESSES_TRIED);
        try {
            attempt.connecting(dialler.dial(attempt.target(), addresses[index], new Dialler.Answer() {
                @Override
                public void reached(IOSession session) {
                    attempt.reached(KeptConnections.made(session));
                }

                @Override
                public void connected(IOSession session) {
                    attempt.exchange(KeptConnections.made(session), false);
                }

                @Override
                public void failed(Exception trouble, boolean inHandshake) {
                    if (inHandshake || index + 1 == tried) {
                        attempt.end(Attempt.classify(trouble, inHandshake));
                    } else {
                        connect(attempt, addresses, index + 1);
                    }
                }
            }));
        } catch (IOException | RuntimeException trouble) {
            attempt.end(Attempt.classify(trouble, false));
        }
    }

    private final class RouteOfAttempt implements Attempt.Route {
        @Override
        public void dial(Attempt attempt) {
            try {
                lookUp(attempt);
            } catch (RejectedExecutionException atClosing) {
                attempt.end(SendError.CONNECTION);
            }
        }

        @Override
        public void keep(Attempt attempt, KeptConnections.Connection connection) {
            kept.keep(attempt.request().workspace(), attempt.target(), connection);
        }

        @Override
        public void ended(Attempt attempt) {
            underWay.remove(attempt);
        }
    }
}
