package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.Id;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.jspecify.annotations.Nullable;

/**
 * Keeps connections for a few seconds. The events of one resource come one after the other, and a handshake for each
 * would double their delay.
 *
 * <p>The filter still holds, because a kept connection was opened to a checked address. When the filter changes, older
 * connections are used no more.
 * Each workspace has its own connections. So unrequested data of a receiver reaches no other workspace. Thread-safe.
 */
final class ConnectionPool implements AutoCloseable {
    private final Map<PoolKey, Deque<IdleConnection>> routes = new HashMap<>();
    private long usableFromNanos = Long.MIN_VALUE;
    private int count;
    private boolean closed;

    /** The requests for which a connection may be used. */
    private record PoolKey(Id workspace, String scheme, String hostAndPort) {
        static PoolKey of(Id workspace, WebhookTarget target) {
            return new PoolKey(workspace, target.scheme(), target.hostAndPort());
        }
    }

    private record IdleConnection(Connection connection, long sinceNanos) {
        boolean isUsable(long now) {
            return now - sinceNanos < TimeUnit.MILLISECONDS.toNanos(SendLimits.KEEP_ALIVE_MILLIS)
                    && connection.isUsable(now);
        }
    }

    /**
     * An open connection.
     *
     * @param madeNanos when it was opened, by {@link System#nanoTime}
     */
    record Connection(IOSession session, long madeNanos) {
        /** Cuts it at once, so that a receiver that has stopped reading cannot delay the end. */
        void cut() {
            session.close(CloseMode.IMMEDIATE);
        }

        private boolean isUsable(long now) {
            return now - madeNanos < TimeUnit.MILLISECONDS.toNanos(SendLimits.CONNECTION_LIFE_MILLIS)
                    && session.isOpen()
                    && session.getHandler() instanceof HttpConnection http
                    && http.isOpen();
        }
    }

    /** Returns a connection that was opened just now. */
    static Connection made(IOSession session) {
        return new Connection(session, System.nanoTime());
    }

    /** Takes out the connection that was used last, or null if there is none. */
    synchronized @Nullable Connection take(Id workspace, WebhookTarget target) {
        PoolKey poolKey = PoolKey.of(workspace, target);
        Deque<IdleConnection> kept = routes.get(poolKey);
        Connection found = null;
        while (kept != null && !kept.isEmpty() && found == null) {
            IdleConnection last = kept.removeLast();
            count--;
            if (isAllowed(last.connection) && last.isUsable(System.nanoTime())) {
                found = last.connection;
            } else {
                last.connection.cut();
            }
        }
        if (kept != null && kept.isEmpty()) {
            routes.remove(poolKey);
        }
        return found;
    }

    /** Keeps a connection whose answer has been read, or cuts it if it cannot be used again. */
    synchronized void keep(Id workspace, WebhookTarget target, Connection connection) {
        long now = System.nanoTime();
        if (closed || count >= SendLimits.CONNECTIONS_KEPT || !isAllowed(connection) || !connection.isUsable(now)) {
            connection.cut();
            return;
        }
        routes.computeIfAbsent(PoolKey.of(workspace, target), poolKey -> new ArrayDeque<>())
                .addLast(new IdleConnection(connection, now));
        count++;
    }

    /**
     * Cuts connections that were dialled before the filter changed, now or when they come back.
     *
     * @param connectMillis the longest time from the check of an address to its connection
     */
    synchronized void filterChanged(long connectMillis) {
        usableFromNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(connectMillis);
        cutKept();
    }

    private boolean isAllowed(Connection connection) {
        return usableFromNanos == Long.MIN_VALUE || connection.madeNanos - usableFromNanos > 0;
    }

    private void cutKept() {
        routes.values().forEach(kept -> kept.forEach(each -> each.connection.cut()));
        routes.clear();
        count = 0;
    }

    /** Cuts connections that have waited too long, and forgets their routes. */
    synchronized void cutIdle() {
        long now = System.nanoTime();
        routes.values()
                .forEach(kept -> kept.removeIf(each -> {
                    boolean isOver = !each.isUsable(now);
                    if (isOver) {
                        each.connection.cut();
                        count--;
                    }
                    return isOver;
                }));
        routes.values().removeIf(Deque::isEmpty);
    }

    @Override
    public synchronized void close() {
        closed = true;
        cutKept();
    }
}
