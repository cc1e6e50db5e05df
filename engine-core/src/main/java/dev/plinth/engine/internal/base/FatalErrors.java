package dev.plinth.engine.internal.base;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the first failure that an engine does not recover from: memory that the JVM lacks, or the end of a thread that durability, timers or
 * sockets hang on. Thread-safe.
 *
 * <p>Code that catches an error in order to go on notes it here first. Noting needs little memory, and none where there is none.
 */
public final class FatalErrors {
    private static final int CAUSES_MAX = 16;
    private static final String NO_MEMORY = "The JVM has no memory left";
    private static final String REMEDY =
            "; give it more with -Xmx, or with -XX:MaxDirectMemorySize where that is set, and start again.";
    private static final Optional<String> NONE_FOR_A_SENTENCE = Optional.of(NO_MEMORY + REMEDY);
    private static final String NO_THREAD =
            "; raise the limit of threads for this process, of its user or its container, and start again.";

    /** Completes with the sentence, or with none when the engine closes. */
    private final CompletableFuture<Optional<String>> failure = new CompletableFuture<>();

    /** Notes an error that is about to be handled. Only one that tells of missing memory is a failure of the engine. */
    public void saw(Throwable error) {
        OutOfMemoryError noMemory = noMemory(error);
        if (noMemory != null && !failure.isDone()) {
            failure.complete(told(noMemory));
        }
    }

    /** Notes that a thread has ended by an error, or goes on without doing its work. */
    public void ended(String thread, Throwable error) {
        saw(error);
        if (!failure.isDone()) {
            failure.complete(Optional.of("The thread " + thread + ", which the engine cannot do without, has ended ("
                    + error + "); start the engine again, and report this."));
        }
    }

    /** Does work, and notes the error that it throws, which the caller handles. */
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

    /** False once something was noted that the engine does not recover from. */
    public boolean isWell() {
        return failure().isEmpty();
    }

    /** Returns a sentence that says what has failed and what to do; empty as long as nothing has. */
    public Optional<String> failure() {
        return failure.getNow(Optional.empty());
    }

    /** Ends the waits for a failure: the engine is closed. */
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

    /** Returns the missing memory that an error tells of, itself or by a cause; null if it tells of something else. */
    public static @Nullable OutOfMemoryError noMemory(Throwable error) {
        Throwable each = error;
        for (int i = 0; each != null && i < CAUSES_MAX; i++) {
            if (each instanceof OutOfMemoryError noMemory) {
                return noMemory;
            }
            each = each.getCause();
        }
        return null;
    }

    /** Returns the sentence on missing memory; a constant where even the sentence, or the class that puts it together, is too much. */
    private static Optional<String> told(OutOfMemoryError error) {
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
