package dev.plinth.engine.api;

import java.io.Serializable;

/**
 * One thing that is wrong with the input.
 *
 * @param source whether {@code at} is a pointer into the body or the name of a query parameter
 * @param at a JSON Pointer (RFC 6901) or a parameter name
 * @param code the stable name of the error, such as {@code too_long}
 * @param detail what was expected and what came instead
 */
public record ProblemError(Source source, String at, String code, String detail) implements Serializable {
    /** Where the wrong value stood. */
    public enum Source {
        /** In the body; {@code at} is a JSON Pointer. */
        POINTER,
        /** In the query; {@code at} is the parameter's name. */
        PARAMETER
    }
}
