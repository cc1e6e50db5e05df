package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.FramingLimits;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections that stay too long in one phase. Jetty's idle timeout starts again with every byte, so a client
 * that sends one now and then could stay for ever.
 *
 * <p>It looks at all connections a few times per deadline instead of setting a timer per request. A look costs
 * microseconds even at ten thousand connections, and a timer would cost every request.
 */
public final class ConnectionSweep implements Connection.Listener {
    private static final Duration PERIOD_DRAINING = Duration.ofMillis(20);

    private final Map<EngineConnection, Watch> watches = new ConcurrentHashMap<>();
    private final Scheduler scheduler;
    private final Deadlines deadlines;
    private final CallService calls;
    /** How long a connection may be idle, or linger, while the server closes, or null as long as it does not close. */
    private volatile @Nullable Duration grace;

    public ConnectionSweep(Scheduler scheduler, Deadlines deadlines, CallService calls) {
        this.scheduler = scheduler;
        this.deadlines = deadlines;
        this.calls = calls;
    }

    /** Looks now, and again until the scheduler stops. */
    public void run() {
        try {
            lookAndSchedule();
        } catch (RuntimeException | Error e) {
            // The scheduler keeps it for a caller that does not ask.
            calls.noteError(e);
            throw e;
        }
    }

    private void lookAndSchedule() {
        try {
            long now = System.nanoTime();
            watches.forEach((connection, watch) -> look(connection, watch, now));
        } finally {
            Duration period = grace == null ? deadlines.period() : PERIOD_DRAINING;
            scheduler.schedule(this::run, period.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Closes connections from now on that have been idle, or have lingered after their last answer, for so long. Not at
     * once, because a busy client has its next request on the way, and its answer tells it to close.
     */
    public synchronized void drain(Duration idle) {
        boolean begins = grace == null;
        grace = idle;
        if (begins) {
            run();
        }
    }

    private void look(EngineConnection connection, Watch watch, long now) {
        Phase phase = connection.phase();
        long nanos = watch.nanosIn(phase, connection.getMessagesIn(), connection.getBytesIn(), now);
        if (nanos >= nanos(phase)
                || phase == Phase.BODY && watch.isTooSlow(connection.getBytesIn(), nanos)
                || connection.nanosInSlice(now) >= deadlines.write().toNanos()) {
            connection.getEndPoint().close();
        }
    }

    private long nanos(Phase phase) {
        long nanos = deadlines.nanos(phase);
        Duration ending = grace;
        boolean isUnused = phase == Phase.HANDSHAKE || phase == Phase.IDLE || phase == Phase.CLOSING;
        return ending == null || !isUnused ? nanos : Math.min(nanos, ending.toNanos());
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

    /** The state of a connection at the last look. */
    private static final class Watch {
        private Phase phase = Phase.IDLE;
        private long messages;
        private long bytes;
        private long sinceNanos = System.nanoTime();

        synchronized long nanosIn(Phase nowPhase, long nowMessages, long nowBytes, long nowNanos) {
            if (phase != nowPhase || messages != nowMessages) {
                phase = nowPhase;
                messages = nowMessages;
                bytes = nowBytes;
                sinceNanos = nowNanos;
            }
            return nowNanos - sinceNanos;
        }

        synchronized boolean isTooSlow(long nowBytes, long nanos) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
            return seconds >= FramingLimits.BODY_RATE_AFTER_SECONDS
                    && nowBytes - bytes < seconds * FramingLimits.BODY_BYTES_PER_SECOND_MIN;
        }
    }
}
