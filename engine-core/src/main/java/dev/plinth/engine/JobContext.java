package dev.plinth.engine;

import dev.plinth.engine.api.Json;
import java.util.Optional;

/** What a handler is told of its job, and can say about it. Thread-safe. */
public interface JobContext {
    /** The job's id, {@code job_…}. */
    String jobId();

    /** The job's workspace, {@code ws_…}. */
    String workspaceId();

    /** A client of the job's workspace for this code, as {@link Engine#workspace} gives it. */
    PlinthClient workspace();

    /** The resource that the job is about, {@code res_…}. */
    Optional<String> resourceId();

    /** The job's type. */
    String type();

    /** The input, an object. */
    Json input();

    /** Which attempt this is, from 1. */
    int attempt();

    /** True once somebody asked to cancel the job: the handler should end soon. A result that it still returns stands. */
    boolean isCancelRequested();

    /**
     * Says how far the job is; pollers see it.
     *
     * @param done units done, 0 or more
     * @param total units in all, 0 or more
     * @param message a few words, at most 255 characters (code points); empty for none
     * @throws IllegalArgumentException if a number is negative or the message is longer; unless the handler catches it, the attempt
     *     fails
     */
    void progress(long done, long total, String message);
}
