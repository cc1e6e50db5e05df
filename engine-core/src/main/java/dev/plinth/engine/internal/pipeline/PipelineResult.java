package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the rooms lead: to an answer, to a pause, or to another thread. */
sealed interface PipelineResult permits Answer, PipelineResult.Pause, PipelineResult.Move {
    /**
     * An answer for now, and what to wait for before asking again.
     *
     * @param answer what is answered if nobody waits
     * @param event what is waited for, by this call alone: a time-out completes it too
     * @param millis how long at most, in real milliseconds
     * @param asking asks again, and may pause again
     */
    record Pause(Answer answer, CompletableFuture<Void> event, long millis, Supplier<PipelineResult> asking)
            implements PipelineResult {}

    /**
     * A call whose thread must not sleep, and has met somebody who writes.
     *
     * @param goOn goes on with the call, on a thread that may sleep
     */
    record Move(Supplier<PipelineResult> continuation) implements PipelineResult {}
}
