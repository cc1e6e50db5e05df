package dev.plinth.engine.internal.base.problem;

import java.util.Locale;

/**
 * The problems of which a caller can be told, each with its status. The wire shows the name in lower case. The comment of each
 * says when it occurs and what the caller can do; docs/errors.md repeats it.
 */
public enum ProblemCode {
    /** The request or its body cannot be read. Correct it before you send it again. */
    MALFORMED_REQUEST(400, "The request is malformed", false),
    /** The header Idempotency-Key breaks its rules. Send one key of printable ASCII characters. */
    IDEMPOTENCY_KEY_INVALID(400, "The idempotency key is invalid", false),
    /** The host demands a key for this route. Send a new key with each new request. */
    IDEMPOTENCY_KEY_MISSING(400, "An idempotency key is required", false),
    /** The cursor is not of this list with these filters. Begin again without a cursor. */
    CURSOR_INVALID(400, "The cursor is invalid", false),
    /** Parameters of the query break rules. Correct each of those listed. */
    PARAMETER_INVALID(400, "A parameter is invalid", false),
    /** The request has no credential. Send one in the header Authorization. */
    UNAUTHENTICATED(401, "Authentication is required", false),
    /** The credential is unknown, malformed, expired or revoked. Send a valid one of the right kind. */
    INVALID_TOKEN(401, "The credential is not valid", false),
    /** The caller may not make this call. Use another key, or ask the owner. */
    FORBIDDEN(403, "The call is not allowed", false),
    /** The key lacks a scope, which the header WWW-Authenticate names. Use a key that has it. */
    INSUFFICIENT_SCOPE(403, "The API key lacks a scope", false),
    /** The operator has suspended the workspace. Ask the operator to activate it. */
    WORKSPACE_SUSPENDED(403, "The workspace is suspended", false),
    /** The workspace has used up a limit of its plan. Delete something, or ask for a larger plan. */
    PLAN_LIMIT_REACHED(403, "A limit of the plan is reached", false),
    /** No object with this id is visible to the caller. Check the id and the key. */
    NOT_FOUND(404, "Not found", false),
    /** No route has this path. Check the path. */
    ROUTE_NOT_FOUND(404, "No such route", false),
    /** The path takes other methods, which the header Allow names. Use one of them. */
    METHOD_NOT_ALLOWED(405, "The method is not allowed", false),
    /** The first request with this key is still running. Repeat the request after Retry-After. */
    IDEMPOTENCY_KEY_IN_USE(409, "A request with this idempotency key is running", true),
    /** The resource is archived and takes no changes. Unarchive it first. */
    RESOURCE_ARCHIVED(409, "The resource is archived", false),
    /** The resource is paused and takes no operations. Resume it first. */
    RESOURCE_PAUSED(409, "The resource is paused", false),
    /** The job has ended and cannot be canceled. Read its result. */
    JOB_FINISHED(409, "The job has finished", false),
    /** The worker no longer holds the lease. Drop the work and lease another job. */
    LEASE_LOST(409, "The lease is lost", false),
    /** Another object has the same unique key. Wait for its end, or remove it. */
    ALREADY_EXISTS(409, "It exists already", false),
    /** The status does not allow this change. Do first what the detail names. */
    INVALID_TRANSITION(409, "The status does not allow this", false),
    /** If-Match or If-None-Match is not met. Read the object again and repeat the change. */
    PRECONDITION_FAILED(412, "A precondition failed", false),
    /** The host demands If-Match for this route. Send the ETag of the object. */
    PRECONDITION_REQUIRED(428, "A precondition is required", false),
    /** The body is longer than the route allows. Send less. */
    PAYLOAD_TOO_LARGE(413, "The body is too large", false),
    /** The body is compressed, or it is not JSON. Send plain JSON. */
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported", false),
    /** Members of the body break rules. Correct each of those listed. */
    VALIDATION_FAILED(422, "The input is not valid", false),
    /** The key belongs to another request. Use a new key. */
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request", false),
    /** The workspace or the address has sent too many requests. Wait as long as Retry-After says. */
    RATE_LIMITED(429, "Too many requests", true),
    /** The workspace has too many calls in flight, or too many open streams. Wait for one of their answers, or close one. */
    TOO_MANY_CONCURRENT_REQUESTS(429, "Too many requests at once", true),
    /** Too many jobs of the workspace wait. Try again once some have run. */
    JOB_QUEUE_FULL(429, "The job queue is full", true),
    /** The engine or the host failed, and nothing was changed. Try again, and look into the log of the server. */
    INTERNAL_ERROR(500, "An internal error occurred", true),
    /** The engine is stopping, and nothing was changed. Send the request again after Retry-After. */
    SHUTTING_DOWN(503, "The engine is shutting down", true),
    /** This node does not lead, and nothing was changed. Send the request to the node that Plinth-Leader names, or again. */
    NOT_LEADER(503, "The node does not lead", true),
    /** The engine or its disk is full, and nothing was changed. Try again after Retry-After. */
    CAPACITY_EXHAUSTED(503, "The capacity is exhausted", true),
    /** The disk or the log failed while the call waited. Repeat it with its Idempotency-Key; without a key, read first. */
    OUTCOME_UNKNOWN(503, "The outcome is unknown", true);

    private final int status;
    private final String title;
    private final boolean retryable;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    ProblemCode(int status, String title, boolean retryable) {
        this.status = status;
        this.title = title;
        this.retryable = retryable;
    }

    /** The HTTP status code. */
    public int status() {
        return status;
    }

    /** The problem in general, in a few words. */
    public String title() {
        return title;
    }

    /** Returns true if the same call may succeed later without a change. */
    public boolean retryable() {
        return retryable;
    }

    /** The stable name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** Returns true if a name on the wire says that the engine closes, or that its node does not lead. */
    public static boolean isOfEndedEngine(String wireName) {
        return SHUTTING_DOWN.wireName.equals(wireName) || NOT_LEADER.wireName.equals(wireName);
    }

    /**
     * Returns true if the refusal is remembered under the idempotency key when it comes after validation. The same call
     * would get it again (contract §5).
     */
    public boolean remembered() {
        return switch (this) {
            case FORBIDDEN,
                    INSUFFICIENT_SCOPE,
                    PLAN_LIMIT_REACHED,
                    NOT_FOUND,
                    RESOURCE_ARCHIVED,
                    RESOURCE_PAUSED,
                    JOB_FINISHED,
                    LEASE_LOST,
                    ALREADY_EXISTS,
                    INVALID_TRANSITION,
                    VALIDATION_FAILED -> true;
            default -> false;
        };
    }
}
