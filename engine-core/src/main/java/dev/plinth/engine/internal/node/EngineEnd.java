package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.access.LastUsedWriter;
import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.event.EventFeed;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.ring.Doorbell;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.Sweep;
import dev.plinth.engine.internal.timer.Timers;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.GraceTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Ends the parts of an engine in their order, each within its time. */
final class EngineEnd {
    private static final System.Logger LOG = Log.of(EngineEnd.class);

    /** The least time that calls and listeners get, since they may have waited for what was drained before them. */
    private static final long LAST_MILLIS = 1_000;

    private final Parts parts;
    private final GraceTimes grace;

    /**
     * The parts that have work in flight.
     *
     * @param rings wake the threads that look for work
     * @param executors run the engine's work and the host's
     */
    record Parts(
            Store store,
            Timers timers,
            EngineFigures figures,
            Sweep sweep,
            JobRunner jobs,
            Webhooks webhooks,
            RequestDispatcher dispatcher,
            LastUsedWriter keyUses,
            Quotas quotas,
            List<Doorbell> rings,
            RequestLog requestLog,
            EventFeed feed,
            List<ExecutorService> executors) {}

    EngineEnd(Parts parts, GraceTimes grace) {
        this.parts = parts;
        this.grace = grace;
    }

    /** Drains what is in flight and closes the store. A log line names what was left. */
    void run() {
        try {
            drain();
        } finally {
            parts.executors().forEach(ExecutorService::shutdownNow);
            try {
                parts.webhooks().close();
            } finally {
                parts.store().close();
            }
        }
    }

    /**
     * Ends the parts without draining them, because another node leads. Handlers are told by their cancellation and
     * interrupted. Callers that wait are refused. Leaves the store open.
     */
    void abandon() {
        parts.jobs().abandon(); // first what only tells others to end
        List<String> listeners = parts.feed().drain(0);
        int attempts = parts.webhooks().drain(0);
        long calls = 0;
        try {
            calls = parts.dispatcher().drain(LAST_MILLIS);
            boolean unused = parts.sweep().drain(0);
            parts.timers().close();
            parts.figures().close();
            parts.requestLog().close(0);
        } finally {
            parts.executors().forEach(ExecutorService::shutdownNow);
            parts.rings().forEach(Doorbell::close);
            parts.webhooks().close();
        }
        if (attempts + calls + listeners.size() > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The reign has ended while " + attempts + " webhook attempts, " + calls + " calls and "
                            + listeners.size() + " listeners were busy. They change nothing any more.");
        }
    }

    private void drain() {
        parts.timers().close();
        parts.figures().close();
        Deadline deadline = Deadline.inMillis(grace.drain().toMillis());
        List<String> left = new ArrayList<>();
        if (!parts.sweep().drain(deadline.millisLeft())) {
            left.add("the sweep");
        }
        parts.jobs().drain(deadline.millisLeft()).forEach(job -> left.add("job " + job));
        int attempts = parts.webhooks().drain(deadline.millisLeft());
        if (attempts > 0) {
            left.add(attempts + " webhook attempts");
        }
        long calls = parts.dispatcher().drain(Math.max(LAST_MILLIS, deadline.millisLeft()));
        if (calls > 0) {
            left.add(calls + " calls, or stages chained to them");
        }
        parts.keyUses().writeAll();
        parts.quotas().writeCheckpoints();
        parts.rings().forEach(Doorbell::close);
        // Half of the time behind the drain, so that a slow log does not use up the time of the store.
        parts.requestLog().close(grace.close().minus(grace.drain()).toMillis() / 2);
        parts.feed().drain(Math.max(LAST_MILLIS, deadline.millisLeft())).forEach(name -> left.add("listener " + name));
        if (!left.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Not all work ended within " + grace.drain().toSeconds() + " s of closing: "
                            + String.join(", ", left)
                            + ". Jobs go back to the queue and deliveries stay due. A thread that ignores the"
                            + " interrupt goes on.");
        }
    }
}
