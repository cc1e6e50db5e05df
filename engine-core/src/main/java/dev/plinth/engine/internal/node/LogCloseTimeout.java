package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.settings.EngineExecutors;
import dev.plinth.engine.log.SharedLog;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closes a log that does not answer while its node closes. So calls end that would wait for ever, as for a standby. Their
 * changes are of unknown outcome then.
 *
 * <p>Begun and ended by one thread.
 */
final class LogCloseTimeout {
    private static final System.Logger LOG = Log.of(LogCloseTimeout.class);
    private static final long END_MILLIS = 1_000;

    private final CountDownLatch isClosed = new CountDownLatch(1);
    private final Thread thread;

    private LogCloseTimeout(SharedLog log, long millis) {
        this.thread = EngineExecutors.thread(() -> closeAfter(log, millis), "plinth-log-close");
    }

    /** Begins to wait for the end of a node, in real time. */
    static LogCloseTimeout begin(SharedLog log, long millis) {
        LogCloseTimeout timeout = new LogCloseTimeout(log, millis);
        timeout.thread.start();
        return timeout;
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
                    "The log does not answer, so the node closes without it. The last changes may be in the log or not; check its database.");
            log.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Could not close the log", e);
        }
    }
}
