package dev.plinth.engine.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Gives answers late in real time, on one thread that begins with the first one and ends at the close. The thread of
 * {@link CompletableFuture}'s timer lasts as long as the JVM, and keeps the class loader of the code that used it first.
 * Thread-safe.
 */
final class LateAnswers implements AutoCloseable {
    static final String THREAD = "plinth-late-answers";

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, LateAnswers::daemon);

    LateAnswers() {
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Returns a future that is completed with null after the delay, on the thread of this object. A caller may complete it
     * earlier. The close leaves it as it is.
     */
    CompletableFuture<Void> after(Duration delay) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try {
            Future<?> wait = timer.schedule(() -> over.complete(null), delay.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<Void> unused = over.whenComplete((value, failure) -> wait.cancel(false));
        } catch (RejectedExecutionException closed) {
            return over;
        }
        return over;
    }

    /** Drops the answers whose time has not come. */
    @Override
    public void close() {
        timer.shutdownNow();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, THREAD);
        thread.setDaemon(true);
        return thread;
    }
}
