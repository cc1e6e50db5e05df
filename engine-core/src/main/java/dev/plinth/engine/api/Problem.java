package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The reason why a call was refused: the problem document of RFC 9457 as a value.
 *
 * @param type the URI of this kind of problem: the base of the host ({@link WireIdentity}) and the code
 * @param title the problem in general, in a few words
 * @param status the HTTP status code
 * @param detail a sentence on this occurrence: the value, the limit, the next step
 * @param code the stable name of the problem, such as {@code validation_failed}
 * @param requestId the id of the refused call, {@code req_…}
 * @param retryable true if the same call may succeed later without a change
 * @param operation the operation of a batch that was refused, from 0; -1 if the call as a whole was
 * @param errors all errors of the input; empty unless the code is about input
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        String requestId,
        boolean retryable,
        int operation,
        List<ProblemError> errors)
        implements WireValue, Serializable {
    /** Refuses null. Copies the errors. */
    public Problem {
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(title, "title must not be null.");
        Objects.requireNonNull(detail, "detail must not be null.");
        Objects.requireNonNull(code, "code must not be null.");
        Objects.requireNonNull(requestId, "requestId must not be null.");
        Objects.requireNonNull(errors, "errors must not be null.");
        errors = List.copyOf(errors);
    }

    /**
     * Reads a problem from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Problem of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Problem.class);
    }

    @Override
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        members.put("code", code);
        members.put("requestId", requestId);
        members.put("retryable", retryable);
        if (operation >= 0) {
            members.put("operation", operation);
        }
        if (!errors.isEmpty()) {
            members.put("errors", errors);
        }
        return Json.of(members);
    }
}
