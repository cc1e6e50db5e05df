package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the rooms lead: to an answer, or to a pause. */
sealed interface Step permits Answer, Step.Pause {
    /**
     * An answer for now, and what to wait for before asking again.
     *
     * @param answer what is answered if nobody waits
     * @param event the end that is waited for
     * @param seconds how long at most, in real seconds
     * @param asking asks again
     */
    record Pause(Answer answer, CompletableFuture<Void> event, int seconds, Supplier<Step> asking) implements Step {}
}
