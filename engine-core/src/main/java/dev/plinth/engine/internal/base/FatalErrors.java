package dev.plinth.engine.internal.base;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the first failure from which an engine does not recover. It is missing memory, or the end of a thread that
 * durability, timers or sockets depend on. Thread-safe.
 *
 * <p>Code that catches an error in order to go on notes it here first. Noting an error needs little memory, and none if
 * there is none.
 */
public final class FatalErrors {
    private static final int CAUSES_MAX = 16;
    private static final String NO_MEMORY = "The JVM has no memory left";
    private static final String REMEDY =
            ". Give it more with -Xmx, or with -XX:MaxDirectMemorySize where that is set, and start again.";
    private static final Optional<String> NONE_FOR_A_SENTENCE = Optional.of(NO_MEMORY + REMEDY);
    private static final String NO_THREAD =
            ". Raise the limit of threads for this process, of its user or its container, and start again.";

    /** Completes with the sentence, or with an empty value when the engine closes. */
    private final CompletableFuture<Optional<String>> failure = new CompletableFuture<>();

    /** Notes an error that is about to be handled. Only missing memory is a failure of the engine. */
    public void saw(Throwable error) {
        OutOfMemoryError noMemory = noMemory(error);
        if (noMemory != null && !failure.isDone()) {
            failure.complete(sentence(noMemory));
        }
    }

    /** Notes that an error has ended a thread, or that a thread goes on without doing its work. */
    public void ended(String thread, Throwable error) {
        saw(error);
        if (!failure.isDone()) {
            failure.complete(Optional.of("The thread " + thread + ", which the engine cannot do without, has ended ("
                    + error + "). Start the engine again, and report this."));
        }
    }

    /** Notes a sentence on why the engine has stopped for good, and on the next step. */
    public void stopped(String sentence) {
        failure.complete(Optional.of(sentence));
    }

    /** Returns work that notes the error that it throws. The caller still handles it. */
    public Runnable noting(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                saw(e);
                throw e;
            }
        };
    }

    /** Returns false once a failure was noted from which the engine does not recover. */
    public boolean isWell() {
        return failure().isEmpty();
    }

    /** Returns a sentence that names the failure and the next step; empty as long as there is none. */
    public Optional<String> failure() {
        return failure.getNow(Optional.empty());
    }

    /** Ends the waits for a failure when the engine closes. */
    public void close() {
        failure.complete(Optional.empty());
    }

    /** Waits for a failure, and returns the sentence of {@link #failure()}; empty if the engine was closed without one. */
    public Optional<String> await() throws InterruptedException {
        try {
            return failure.get();
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Returns the missing memory that an error or one of its causes tells of, or null. */
    public static @Nullable OutOfMemoryError noMemory(Throwable error) {
        return find(OutOfMemoryError.class, error);
    }

    /** Returns an error, or the first of its causes, that is of a type; null if none is. Needs no memory. */
    public static <T extends Throwable> @Nullable T find(Class<T> type, Throwable error) {
        Throwable each = error;
        for (int i = 0; each != null && i < CAUSES_MAX; i++) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
            each = each.getCause();
        }
        return null;
    }

    /**
     * Returns the sentence on missing memory, or a constant if there is no memory even for the sentence or the class
     * that makes it.
     */
    private static Optional<String> sentence(OutOfMemoryError error) {
        try {
            return Optional.of(sentence(String.valueOf(error.getMessage())));
        } catch (Error again) {
            return NONE_FOR_A_SENTENCE;
        }
    }

    private static String sentence(String message) {
        return message.contains("native thread")
                ? "The JVM gets no more threads (" + message + ")" + NO_THREAD
                : NO_MEMORY + " (" + message + ")" + REMEDY;
    }
}
