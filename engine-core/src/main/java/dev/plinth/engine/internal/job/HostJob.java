package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt of a job as the host's code sees it; the words are those of the public {@code JobContext}. Thread-safe. */
public interface HostJob {
    /** The job's id. */
    String jobId();

    /** The job's workspace. */
    String workspaceId();

    /** The resource that the job is about. */
    Optional<String> resourceId();

    /** The job's type. */
    String type();

    /** The input. */
    Json input();

    /** Which attempt this is, from 1. */
    int attempt();

    /** True once somebody asked to cancel the job. */
    boolean isCancelRequested();

    /** Says how far the job is. */
    void progress(long done, long total, String message);

    /** The host's code for a type of job. */
    @FunctionalInterface
    interface Code {
        /** Does a job, and returns its result, or null if it has none. */
        @Nullable
        Json run(HostJob job) throws Exception;
    }
}
