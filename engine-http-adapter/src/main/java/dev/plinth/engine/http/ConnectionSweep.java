package dev.plinth.engine.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections that stay too long in one phase, because Jetty's idle timeout starts anew with every byte and so a client
 * that sends one now and then could stay for ever.
 *
 * <p>It looks at all connections a few times per deadline instead of arming a timer per request: a look costs microseconds
 * even at ten thousand connections, a timer would cost every request.
 */
final class ConnectionSweep implements Connection.Listener {
    private static final Duration PERIOD_DRAINING = Duration.ofMillis(20);

    private final Map<EngineConnection, Watch> watches = new ConcurrentHashMap<>();
    private final Scheduler scheduler;
    private final Deadlines deadlines;
    private volatile boolean draining;

    ConnectionSweep(Scheduler scheduler, Deadlines deadlines) {
        this.scheduler = scheduler;
        this.deadlines = deadlines;
    }

    /** Looks now, and again until the scheduler stops. */
    void run() {
        try {
            long now = System.nanoTime();
            watches.forEach((connection, watch) -> look(connection, watch, now));
        } finally {
            Duration period = draining ? PERIOD_DRAINING : deadlines.period();
            scheduler.schedule(this::run, period.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** From now on connections between two requests are closed too. */
    synchronized void drain() {
        if (!draining) {
            draining = true;
            run();
        }
    }

    private void look(EngineConnection connection, Watch watch, long now) {
        Phase phase = connection.phase();
        boolean overdue = watch.nanosIn(phase, connection.getMessagesIn(), now) > deadlines.nanos(phase);
        if (overdue || draining && phase == Phase.IDLE) {
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof EngineConnection engineConnection) {
            watches.put(engineConnection, new Watch());
        }
    }

    @Override
    public void onClosed(Connection connection) {
        if (connection instanceof EngineConnection engineConnection) {
            watches.remove(engineConnection);
        }
    }

    /** What was seen at the last look. */
    private static final class Watch {
        private Phase phase = Phase.IDLE;
        private long messages;
        private long sinceNanos = System.nanoTime();

        synchronized long nanosIn(Phase nowPhase, long nowMessages, long nowNanos) {
            if (phase != nowPhase || messages != nowMessages) {
                phase = nowPhase;
                messages = nowMessages;
                sinceNanos = nowNanos;
            }
            return nowNanos - sinceNanos;
        }
    }
}
