package dev.plinth.engine.internal.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The result of an evaluation of a call: an answer, a pause, or a move to another thread. */
sealed interface PipelineResult permits Answer, PipelineResult.Pause, PipelineResult.Move {
    /**
     * A wait for something to happen.
     *
     * @param end ends the wait of this call alone, and a time-out completes it too
     * @param millis how long the wait lasts at most, in real milliseconds
     * @param next goes on with the call, and may pause again
     */
    record Pause(CompletableFuture<Void> end, long millis, Supplier<PipelineResult> next) implements PipelineResult {}

    /** Another thread wrote and was in the way: the call is evaluated again, by a thread that may sleep. */
    record Move() implements PipelineResult {}
}
