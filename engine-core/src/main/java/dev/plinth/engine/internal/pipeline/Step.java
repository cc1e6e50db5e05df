package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the rooms lead: to an answer, or to a pause. */
sealed interface Step permits Answer, Step.Pause {
    /**
     * An answer for now, and what to wait for before asking again.
     *
     * @param answer what is answered if nobody waits
     * @param event what is waited for, by this call alone: a time-out completes it too
     * @param millis how long at most, in real milliseconds
     * @param asking asks again, and may pause again
     */
    record Pause(Answer answer, CompletableFuture<Void> event, long millis, Supplier<Step> asking) implements Step {}
}
