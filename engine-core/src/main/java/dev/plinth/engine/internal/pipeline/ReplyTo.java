package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Leads the answer of a submitted call to its caller.
 *
 * @param executor runs what is chained to the answer, unless the answer was there at once
 * @param waits the waits that end with the door by which the call came
 */
public record ReplyTo(Executor executor, OpenWaits waits) {
    /** Runs a task on the executor; on this thread only if the executor takes none. */
    void run(Runnable task) {
        // An executor may have taken it, and fail then at the thread that should run it.
        AtomicBoolean begun = new AtomicBoolean();
        Runnable once = () -> {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        };
        try {
            executor.execute(once);
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            once.run();
        }
    }
}
