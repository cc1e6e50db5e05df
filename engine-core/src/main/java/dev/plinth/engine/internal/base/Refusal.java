package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.ProblemError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a call was turned away: a value, not an exception, because refusals are expected.
 *
 * @param code which problem
 * @param detail this occurrence in a sentence
 * @param errors what was wrong with the input, one by one
 * @param retryAfterSeconds when to come again, in whole seconds; 0 if there is no such advice
 * @param hint the scope that was missing, or the methods that are allowed; null where the code needs neither
 * @param retryable true if the same call may succeed later without a change
 */
public record Refusal(
        ProblemCode code,
        String detail,
        List<ProblemError> errors,
        long retryAfterSeconds,
        @Nullable String hint,
        boolean retryable) {
    /** A refusal with nothing but its sentence. */
    public static Refusal of(ProblemCode code, String detail) {
        return new Refusal(code, detail, List.of(), 0, null, code.retryable());
    }

    /** A refusal of input, with everything that was wrong with it. */
    public static Refusal of(ProblemCode code, String detail, List<ProblemError> errors) {
        return new Refusal(code, detail, errors, 0, null, code.retryable());
    }

    /** The refusal for what is not there, or not for the caller's eyes: the same words for both, and no id in them. */
    public static Refusal notFound() {
        return of(ProblemCode.NOT_FOUND, "Expected an id of something that this workspace can see, but there is none.");
    }

    /** The same refusal with advice when to come again. */
    public Refusal retryAfter(long seconds) {
        return new Refusal(code, detail, errors, seconds, hint, retryable);
    }

    /** The same refusal of a call that cannot succeed later without a change, although others with its code may. */
    public Refusal notRetryable() {
        return new Refusal(code, detail, errors, retryAfterSeconds, hint, false);
    }

    /** The same refusal with the scope or the methods that the header names. */
    public Refusal hint(String value) {
        return new Refusal(code, detail, errors, retryAfterSeconds, value, retryable);
    }
}
