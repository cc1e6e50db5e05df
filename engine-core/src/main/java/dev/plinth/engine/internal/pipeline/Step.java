package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An answer, or an answer for now with what to wait for before asking again. */
final class Step {
    final Answer answer;
    final @Nullable CompletableFuture<Void> event;
    final int seconds;
    private final @Nullable Supplier<Step> again;

    Step(Answer answer, @Nullable CompletableFuture<Void> event, int seconds, @Nullable Supplier<Step> again) {
        this.answer = answer;
        this.event = event;
        this.seconds = seconds;
        this.again = again;
    }

    static Step of(Answer answer) {
        return new Step(answer, null, 0, null);
    }

    /** What comes of asking again. */
    Step again() {
        return again == null ? this : again.get();
    }
}
