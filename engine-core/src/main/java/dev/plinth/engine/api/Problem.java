package dev.plinth.engine.api;

import java.io.Serializable;
import java.util.List;

/**
 * Why a call was refused: the problem document of RFC 9457 as a value.
 *
 * @param type the URI {@code https://plinth.dev/problems/<code>}
 * @param title the problem in general, in a few words
 * @param status the HTTP status code
 * @param detail this occurrence in a sentence: the value, the limit, the next step
 * @param code the stable name of the problem, such as {@code validation_failed}
 * @param requestId the id of the refused call, {@code req_…}
 * @param retryable true if the same call may succeed later without a change
 * @param errors every single thing that was wrong with the input; empty unless the code is about input
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        String requestId,
        boolean retryable,
        List<ProblemError> errors)
        implements Serializable {
    /** Copies the errors. */
    public Problem {
        errors = List.copyOf(errors);
    }
}
