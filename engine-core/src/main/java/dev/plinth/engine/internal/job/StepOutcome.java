package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.decision.Outcome;

/** Tells the runner what came of a step of a job. */
sealed interface StepOutcome extends Outcome.Internal {
    /** An outcome that says nothing more. */
    enum Plain implements StepOutcome {
        /** The step was done. */
        DONE,
        /** The step was done, and the attempt has ended with it. */
        ENDED,
        /** The step was too late and has changed nothing: the attempt, or what the step is for, had ended before. */
        TOO_LATE
    }

    /**
     * The attempt has failed.
     *
     * @param next the job, which tells what comes next
     */
    record Failed(JobRow next) implements StepOutcome {}

    /**
     * The step was done, and another one follows.
     *
     * @param number the list number behind which the next step begins
     */
    record Reached(long number) implements StepOutcome {}
}
