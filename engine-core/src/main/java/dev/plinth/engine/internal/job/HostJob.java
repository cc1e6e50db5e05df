package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt of a job as the host's code sees it, in the terms of the public {@code JobContext}. Thread-safe. */
public interface HostJob {
    /** The job's id. */
    String jobId();

    /** The job's workspace. */
    String workspaceId();

    /** Returns the resource of the job. */
    Optional<String> resourceId();

    /** The job's type. */
    String type();

    /** The input. */
    Json input();

    /** Returns the number of this attempt, from 1. */
    int attempt();

    /** Returns true once a call has asked to cancel the job. */
    boolean isCancelRequested();

    /** Reports the progress of the job. */
    void progress(long done, long total, String message);

    /** The host's code for a type of job. */
    @FunctionalInterface
    interface Code {
        /** Does a job, and returns its result, or null if it has none. */
        @Nullable
        Json run(HostJob job) throws Exception;
    }
}
