package dev.plinth.engine.internal.base.problem;

import dev.plinth.engine.api.ProblemError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a call was refused. A value and not an exception, because refusals are expected.
 *
 * @param code the problem
 * @param detail a sentence on this occurrence
 * @param errors the errors of the input
 * @param retryAfterSeconds when to retry, in whole seconds; 0 if there is no such advice
 * @param hint the missing scope, or the allowed methods; null for other codes
 * @param retryable true if the same call may succeed later without a change
 * @param remembered true if an idempotency key remembers it when it comes after validation
 * @param operation the operation of a batch that was refused, from 0; {@link #WHOLE} for the call as a whole
 */
public record Refusal(
        ProblemCode code,
        String detail,
        List<ProblemError> errors,
        long retryAfterSeconds,
        @Nullable String hint,
        boolean retryable,
        boolean remembered,
        int operation) {
    /** Means that no single operation of a batch was refused. */
    public static final int WHOLE = -1;

    /** The status of refusals that say when to come again, even if the code that refuses does not. */
    private static final int UNAVAILABLE = 503;

    /** Returns a refusal with nothing but its sentence. */
    public static Refusal of(ProblemCode code, String detail) {
        return of(code, detail, List.of());
    }

    /** Returns a refusal of input, with all its errors. */
    public static Refusal of(ProblemCode code, String detail, List<ProblemError> errors) {
        int seconds = code.status() == UNAVAILABLE ? 1 : 0;
        return new Refusal(code, detail, errors, seconds, null, code.retryable(), code.remembered(), WHOLE);
    }

    /**
     * Returns a refusal of one value of the body. Its error has the same sentence.
     *
     * @param pointer the JSON Pointer of the value
     * @param error the code of the error, such as {@code too_many}
     */
    public static Refusal ofBody(String pointer, String error, String detail) {
        ProblemError only = ProblemError.of(ProblemError.Source.POINTER, pointer, error, detail);
        return of(ProblemCode.VALIDATION_FAILED, detail, List.of(only));
    }

    /**
     * Returns a refusal of one parameter of the path or the query. Its error has the same sentence.
     *
     * @param error the code of the error, such as {@code unknown_event}
     */
    public static Refusal ofParameter(ProblemCode code, String name, String error, String detail) {
        return of(code, detail, List.of(ProblemError.of(ProblemError.Source.PARAMETER, name, error, detail)));
    }

    /** Returns the refusal of a new row whose id or secret another row has. */
    public static Refusal takenId(String table) {
        return of(
                ProblemCode.INTERNAL_ERROR,
                "The source of ids gave an id or a secret that another row in the table of " + table
                        + " has; nothing was changed. Use an IdSource that never repeats itself.");
    }

    /**
     * Returns the refusal of an object that does not exist or that the caller must not see. Both have the same text,
     * without an id.
     */
    public static Refusal notFound() {
        return of(
                ProblemCode.NOT_FOUND,
                "No object with this id is visible to the caller. Check the id and the credential.");
    }

    /** Returns the refusal of an engine that is shutting down. The call has changed nothing. */
    public static Refusal shuttingDown() {
        return of(ProblemCode.SHUTTING_DOWN, "The engine is shutting down; nothing was changed. Send the call again.")
                .retryAfter(1);
    }

    /** Returns the refusal of a node that does not lead, or no longer. The call has certainly changed nothing. */
    public static Refusal notLeader() {
        return of(
                        ProblemCode.NOT_LEADER,
                        "This node does not lead; nothing was changed. Send the call to the leader, which Plinth-Leader names if it is known, or again after Retry-After.")
                .retryAfter(1);
    }

    /** Returns the sentence, and behind it the place and the sentence of each error. */
    public String withErrors() {
        StringBuilder text = new StringBuilder(detail);
        for (ProblemError error : errors) {
            text.append(' ').append(error.at()).append(": ").append(error.detail());
        }
        return text.toString();
    }

    /** Returns true if the engine closes or its node does not lead, so that it has certainly changed nothing. */
    public boolean isOfEndedEngine() {
        return ProblemCode.isOfEndedEngine(code.wireName());
    }

    /** Returns the same refusal with advice when to retry. */
    public Refusal retryAfter(long seconds) {
        return new Refusal(code, detail, errors, seconds, hint, retryable, remembered, operation);
    }

    /**
     * Returns the same refusal for a call that cannot succeed later without a change, although others with its code
     * may.
     */
    public Refusal notRetryable() {
        return new Refusal(code, detail, errors, retryAfterSeconds, hint, false, remembered, operation);
    }

    /**
     * Returns the same refusal as one of the input that only rows can tell. No idempotency key remembers it, because the
     * same call may succeed once the rows have changed.
     */
    public Refusal notRemembered() {
        return new Refusal(code, detail, errors, retryAfterSeconds, hint, retryable, false, operation);
    }

    /** Returns the same refusal with the scope or the methods for the header. */
    public Refusal hint(String value) {
        return new Refusal(code, detail, errors, retryAfterSeconds, value, retryable, remembered, operation);
    }

    /**
     * Returns the refusal of a batch because of one of its operations. Pointers to errors begin with that operation. An
     * error of a parameter is one of the operation's path, because an operation has no query.
     *
     * @param index the operation, from 0
     * @param inside the JSON Pointer from the operation to what the pointers of this refusal begin at
     */
    public Refusal inOperation(int index, String inside) {
        List<ProblemError> placed = new ArrayList<>(errors.size());
        for (ProblemError error : errors) {
            String place = error.source() == ProblemError.Source.PARAMETER ? "/path" : inside + error.at();
            String at = "/operations/" + index + place;
            placed.add(ProblemError.of(ProblemError.Source.POINTER, at, error.code(), error.detail()));
        }
        return new Refusal(code, detail, List.copyOf(placed), retryAfterSeconds, hint, retryable, remembered, index);
    }
}
