package dev.plinth.engine.internal.base;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread of the engine's own, such as the one that writes the journal. Callers wait for its work. So no code
 * of a host is meant to run on it, and a call that waits for the engine is refused there.
 */
public final class EngineThread extends Thread {
    /** Makes a thread that inherits nothing from the thread that makes it. Its context class loader is the engine's own. */
    public EngineThread(Runnable work, String name) {
        super(null, work, name, 0, false);
        setDaemon(true);
        setContextClassLoader(EngineThread.class.getClassLoader());
    }

    /**
     * Makes a thread that inherits nothing, and that the engine cannot do without.
     *
     * @param fatalErrors learns of an error that ends the thread
     */
    public EngineThread(Runnable work, String name, FatalErrors fatalErrors) {
        this(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        fatalErrors.ended(name, e);
                        throw e;
                    }
                },
                name);
    }

    /**
     * Runs work on a thread of its own and waits for its end in real time, also while this thread is interrupted.
     *
     * @return false if the work took longer; it goes on
     */
    public static boolean runWithin(long millis, String name, Runnable work) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        new EngineThread(() -> complete(end, work), name).start();
        Deadline deadline = Deadline.inMillis(millis);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    end.get(deadline.millisLeft(), TimeUnit.MILLISECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    return false;
                } catch (ExecutionException e) {
                    throw unchecked(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }

    private static void complete(CompletableFuture<Void> end, Runnable work) {
        try {
            work.run();
            end.complete(null);
        } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
        }
    }

    /** Returns true on a thread of the engine's own. */
    public static boolean isCurrent() {
        return Thread.currentThread() instanceof EngineThread;
    }
}
