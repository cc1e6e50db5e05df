package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.decision.Command;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An attempt of a job as the host's code sees it, in the terms of the public {@code JobContext}. Thread-safe. */
public interface HostJob {
    /** The job's id. */
    String jobId();

    /** The job's workspace. */
    String workspaceId();

    /** Returns the job's place in a trace, or null if it belongs to none. */
    @Nullable
    TraceParent trace();

    /**
     * Sets the place of this attempt in a trace, which is the cause of what the attempt makes.
     *
     * @param ended learns of the end of the attempt once it is recorded: the code of its error, or empty
     */
    void enter(@Nullable TraceParent span, Consumer<Optional<String>> ended);

    Optional<String> resourceId();

    /** The job's type. */
    String type();

    Json input();

    /** Returns the number of this attempt, from 1. */
    int attempt();

    /** Returns true once the attempt is to end: a call cancels the job, its row is gone, or this node stops leading. */
    boolean isCancelRequested();

    /** Reports the progress of the job. */
    void progress(long done, long total, String message);

    /** The host's code for a type of job. */
    @FunctionalInterface
    interface Code {
        /** Does a job, and returns its end, or null if it has neither a result nor effects. */
        @Nullable
        End run(HostJob job) throws Exception;
    }

    /**
     * The end of the host's code.
     *
     * @param result the result of the job, or null if it has none
     * @param effects a function that puts the effects of the code beside the end of the job, in one record; null if
     *     there are none
     */
    record End(@Nullable Json result, @Nullable UnaryOperator<Command.Change> effects) {
        /** The end of a job with neither a result nor effects. */
        static final End NOTHING = new End(null, null);
    }
}
