package dev.plinth.engine.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Says that JSON does not fit the type that it is read into. Serializable. */
public final class JsonMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final ArrayList<ProblemError> errors;

    /**
     * Makes an exception.
     *
     * @param message a sentence with the type and the first errors
     * @param errors what does not fit, each with the JSON Pointer of its place, at least one
     */
    public JsonMismatchException(String message, List<ProblemError> errors) {
        super(Objects.requireNonNull(message, "message must not be null."));
        this.errors = new ArrayList<>(Objects.requireNonNull(errors, "errors must not be null."));
    }

    /** Returns what does not fit, each with the JSON Pointer of its place. */
    public List<ProblemError> errors() {
        return Collections.unmodifiableList(errors);
    }
}
