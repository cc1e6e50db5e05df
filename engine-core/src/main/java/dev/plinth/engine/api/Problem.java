package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * The reason why a call was refused: the problem document of RFC 9457 as a value.
 */
public final class Problem extends JsonView implements Serializable {
    private static final long serialVersionUID = 1L;

    private Problem(Json json) {
        super(json, List.of("type", "title", "status", "detail", "code", "requestId", "retryable"));
    }

    /**
     * Reads a problem from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Problem of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Problem(json);
    }

    /** Returns the URI of this kind of problem: the base of the host ({@code WireIdentity}) and the code. */
    public String type() {
        return text("type");
    }

    /** Returns the problem in general, in a few words. */
    public String title() {
        return text("title");
    }

    /** Returns the HTTP status code. */
    public int status() {
        return (int) number("status");
    }

    /** Returns a sentence on this occurrence: the value, the limit, the next step. */
    public String detail() {
        return text("detail");
    }

    /** Returns the stable name of the problem, such as {@code validation_failed}. */
    public String code() {
        return text("code");
    }

    /** Returns the id of the refused call, {@code req_…}. */
    public String requestId() {
        return text("requestId");
    }

    /** Returns true if the same call may succeed later without a change. */
    public boolean retryable() {
        return truth("retryable");
    }

    /** Returns the operation of a batch that was refused, from 0; -1 if the call as a whole was. */
    public int operation() {
        return optionalInt("operation").orElse(-1);
    }

    /** Returns all errors of the input; empty unless the code is about input. */
    public List<ProblemError> errors() {
        return has("errors") ? list("errors", ProblemError.class) : List.of();
    }

    private Object writeReplace() {
        return new Written(json().toString());
    }

    private void readObject(ObjectInputStream unused) throws InvalidObjectException {
        throw new InvalidObjectException("A problem is read from its text.");
    }

    /** Stands for a problem in a stream of objects. */
    private record Written(String json) implements Serializable {
        private Object readResolve() {
            return of(Json.of(json));
        }
    }
}
