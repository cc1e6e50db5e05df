package dev.plinth.engine.handler;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.client.PlinthClient;
import java.util.Optional;

/** Shows a handler its job, and takes its reports. Thread-safe. */
public interface JobContext {
    /**
     * Returns the job's id, {@code job_…}. Each attempt has the same, so it suits as the idempotency key of calls to other
     * services.
     */
    String jobId();

    /** Returns the job's workspace, {@code ws_…}. */
    String workspaceId();

    /** Returns a client of the job's workspace for this code, as {@code Engine.workspace} does. */
    PlinthClient workspace();

    /**
     * Returns the effects of the attempt, to record changes of the job's workspace. They are committed in one record with the success of the job: it
     * has succeeded if and only if they have happened. If the attempt fails, or returns null after a request to cancel,
     * none of them happens. If they are refused, the attempt has failed.
     */
    Effects effects();

    /**
     * Returns the place of the job in the trace of the call that started it; empty if it belongs to none. The events and
     * jobs of {@link #effects} belong to the same trace.
     */
    Optional<TraceParent> traceParent();

    /** Returns the resource of the job, {@code res_…}. */
    Optional<String> resourceId();

    /** Returns the job's type. */
    String type();

    /** Returns the input, an object. */
    Json input();

    /** Returns the number of this attempt, from 1. */
    int attempt();

    /**
     * Returns true once a call has asked to cancel the job, or this node of a shared log stops leading. The handler should
     * then end soon. A result that it still returns stands. If it returns null, the job is canceled if a call has asked
     * for that. Otherwise another node runs this attempt again.
     */
    boolean isCancelRequested();

    /**
     * Reports the progress of the job, which pollers see. Waits until the report is durable, and as long as the store has
     * no room. So report a few times a second at most. Does nothing once the attempt has ended.
     *
     * @param done units done, 0 or more
     * @param total units in all, 0 or more
     * @param message a few words, at most 255 characters (code points); empty for none
     * @throws IllegalArgumentException if a number is negative or the message is longer; unless the handler catches it, the attempt
     *     fails
     * @throws IllegalStateException if the engine is closed, or another node leads
     */
    void progress(long done, long total, String message);
}
