package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An error of the input.
 *
 * @param source whether {@code at} is a pointer into the body or the name of a query parameter
 * @param at a JSON Pointer (RFC 6901) or a parameter name
 * @param code the stable name of the error, such as {@code too_long}
 * @param detail the value, the limit and the next step
 */
public record ProblemError(Source source, String at, String code, String detail) implements WireValue, Serializable {
    /** Refuses null. */
    public ProblemError {
        Objects.requireNonNull(source, "source must not be null.");
        Objects.requireNonNull(at, "at must not be null.");
        Objects.requireNonNull(code, "code must not be null.");
        Objects.requireNonNull(detail, "detail must not be null.");
    }

    /**
     * Reads an error from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ProblemError of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(ProblemError.class);
    }

    @Override
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(source == Source.POINTER ? "pointer" : "parameter", at);
        members.put("code", code);
        members.put("detail", detail);
        return Json.of(members);
    }

    /** The part of the call that has the error. */
    public enum Source {
        /** The body; {@code at} is a JSON Pointer. */
        POINTER,
        /** The query; {@code at} is the parameter's name. */
        PARAMETER
    }
}
