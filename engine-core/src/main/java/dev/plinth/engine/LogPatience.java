package dev.plinth.engine;

import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.log.SharedLog;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closes a log that does not answer while its node closes. So calls end that would wait for ever, as for a standby. Their
 * changes are of unknown outcome then.
 *
 * <p>Begun and ended by one thread.
 */
final class LogPatience {
    private static final System.Logger LOG = Log.of(LogPatience.class);
    private static final long END_MILLIS = 1_000;

    private final CountDownLatch isClosed = new CountDownLatch(1);
    private final Thread thread;

    private LogPatience(SharedLog log, long millis) {
        this.thread = EngineExecutors.thread(() -> closeAfter(log, millis), "plinth-log-patience");
    }

    /** Begins to wait for the end of a node, in real time. */
    static LogPatience begin(SharedLog log, long millis) {
        LogPatience patience = new LogPatience(log, millis);
        patience.thread.start();
        return patience;
    }

    /** Tells that the node has ended. The thread has ended too on return, unless the log hangs while it closes. */
    void end() {
        isClosed.countDown();
        Joins.within(thread, END_MILLIS);
    }

    private void closeAfter(SharedLog log, long millis) {
        try {
            if (isClosed.await(millis, TimeUnit.MILLISECONDS)) {
                return;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The log does not answer while the node closes, so it is given up; the last changes may be in it or not");
            log.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Could not close the log", e);
        }
    }
}
