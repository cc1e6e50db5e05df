package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An error of the input.
 */
public final class ProblemError implements WireValue, Serializable {
    private static final long serialVersionUID = 1L;

    private final Source source;
    private final String at;
    private final String code;
    private final String detail;

    private ProblemError(Source source, String at, String code, String detail) {
        this.source = Objects.requireNonNull(source, "source must not be null.");
        this.at = Objects.requireNonNull(at, "at must not be null.");
        this.code = Objects.requireNonNull(code, "code must not be null.");
        this.detail = Objects.requireNonNull(detail, "detail must not be null.");
    }

    /**
     * Returns an error.
     *
     * @param source whether {@code at} is a pointer into the body or the name of a query parameter
     * @param at a JSON Pointer (RFC 6901) or a parameter name
     * @param code the stable name of the error, such as {@code too_long}
     * @param detail the value, the limit and the next step
     */
    public static ProblemError of(Source source, String at, String code, String detail) {
        return new ProblemError(source, at, code, detail);
    }

    /** Returns whether {@link #at} is a pointer into the body or the name of a query parameter. */
    public Source source() {
        return source;
    }

    /** Returns a JSON Pointer (RFC 6901) or a parameter name; empty for the whole body or an unknown source. */
    public String at() {
        return at;
    }

    /** Returns the stable name of the error, such as {@code too_long}. */
    public String code() {
        return code;
    }

    /** Returns the value, the limit and the next step. */
    public String detail() {
        return detail;
    }

    /**
     * Reads an error from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ProblemError of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        View view = new View(json);
        Source source =
                view.has("pointer") ? Source.POINTER : view.has("parameter") ? Source.PARAMETER : Source.UNKNOWN;
        String at = source == Source.UNKNOWN ? "" : view.text(source == Source.POINTER ? "pointer" : "parameter");
        return new ProblemError(source, at, view.text("code"), view.text("detail"));
    }

    /** Reads the members. */
    private static final class View extends JsonView {
        View(Json json) {
            super(json, List.of("code", "detail"));
        }
    }

    @Override
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        if (source != Source.UNKNOWN) {
            members.put(source == Source.POINTER ? "pointer" : "parameter", at);
        }
        members.put("code", code);
        members.put("detail", detail);
        return Json.of(members);
    }

    private List<Object> parts() {
        return List.of(source, at, code, detail);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProblemError error && error.parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "ProblemError" + parts();
    }

    /** The part of the call that has the error. */
    public enum Source {
        /** The body; {@code at} is a JSON Pointer. */
        POINTER,
        /** The query; {@code at} is the parameter's name. */
        PARAMETER,
        /** A part of the call that this release does not know, in an answer of a newer server. */
        UNKNOWN
    }
}
