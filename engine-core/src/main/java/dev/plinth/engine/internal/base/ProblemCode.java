package dev.plinth.engine.internal.base;

import java.util.Locale;

/** The problems of which a caller can be told, each with its status. The wire shows the name in lower case. */
public enum ProblemCode {
    MALFORMED_REQUEST(400, "The request is malformed", false),
    IDEMPOTENCY_KEY_INVALID(400, "The idempotency key is invalid", false),
    IDEMPOTENCY_KEY_MISSING(400, "An idempotency key is required", false),
    CURSOR_INVALID(400, "The cursor is invalid", false),
    PARAMETER_INVALID(400, "A parameter is invalid", false),
    UNAUTHENTICATED(401, "Authentication is required", false),
    INVALID_TOKEN(401, "The credential is not valid", false),
    FORBIDDEN(403, "The call is not allowed", false),
    INSUFFICIENT_SCOPE(403, "The API key lacks a scope", false),
    WORKSPACE_SUSPENDED(403, "The workspace is suspended", false),
    PLAN_LIMIT_REACHED(403, "A limit of the plan is reached", false),
    NOT_FOUND(404, "Not found", false),
    ROUTE_NOT_FOUND(404, "No such route", false),
    METHOD_NOT_ALLOWED(405, "The method is not allowed", false),
    IDEMPOTENCY_KEY_IN_USE(409, "A request with this idempotency key is running", true),
    RESOURCE_ARCHIVED(409, "The resource is archived", false),
    RESOURCE_PAUSED(409, "The resource is paused", false),
    JOB_FINISHED(409, "The job has finished", false),
    LEASE_LOST(409, "The lease is lost", false),
    ALREADY_EXISTS(409, "It exists already", false),
    INVALID_TRANSITION(409, "The status does not allow this", false),
    PRECONDITION_FAILED(412, "A precondition failed", false),
    PRECONDITION_REQUIRED(428, "A precondition is required", false),
    PAYLOAD_TOO_LARGE(413, "The body is too large", false),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported", false),
    VALIDATION_FAILED(422, "The input is not valid", false),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request", false),
    RATE_LIMITED(429, "Too many requests", true),
    TOO_MANY_CONCURRENT_REQUESTS(429, "Too many requests at once", true),
    JOB_QUEUE_FULL(429, "The job queue is full", true),
    INTERNAL_ERROR(500, "An internal error occurred", true),
    SHUTTING_DOWN(503, "The engine is shutting down", true),
    CAPACITY_EXHAUSTED(503, "The capacity is exhausted", true),
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
