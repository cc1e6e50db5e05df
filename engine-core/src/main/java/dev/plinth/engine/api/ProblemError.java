package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that is wrong with the input.
 *
 * @param source whether {@code at} is a pointer into the body or the name of a query parameter
 * @param at a JSON Pointer (RFC 6901) or a parameter name
 * @param code the stable name of the error, such as {@code too_long}
 * @param detail what was expected and what came instead
 */
public record ProblemError(Source source, String at, String code, String detail) implements WireValue, Serializable {
    /**
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ProblemError of(Json json) {
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

    /** Where the wrong value stood. */
    public enum Source {
        /** In the body; {@code at} is a JSON Pointer. */
        POINTER,
        /** In the query; {@code at} is the parameter's name. */
        PARAMETER
    }
}
