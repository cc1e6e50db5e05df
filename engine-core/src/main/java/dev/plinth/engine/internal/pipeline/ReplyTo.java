package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes the answer of a submitted call to its caller.
 *
 * @param executor runs the stages chained to the answer, unless the answer was there at once
 * @param waits the waits that end with the door of the call
 */
public record ReplyTo(Executor executor, OpenWaits waits) {
    /** Runs a task on the executor, or on this thread if the executor refuses it. */
    void run(Runnable task) {
        // An executor may accept a task and then fail to start its thread.
        AtomicBoolean begun = new AtomicBoolean();
        Runnable once = () -> {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        };
        try {
            executor.execute(once);
        } catch (RuntimeException | Error noThread) { // whatever the executor of a host throws
            once.run();
        }
    }
}
