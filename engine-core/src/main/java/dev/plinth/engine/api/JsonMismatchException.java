package dev.plinth.engine.api;

import java.util.List;

/** Says that JSON does not fit the type that it is read into. Serializable. */
public final class JsonMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int ERRORS_IN_MESSAGE_MAX = 3;

    private final List<ProblemError> errors;

    /**
     * Makes an exception.
     *
     * @param type the name of the type
     * @param errors what does not fit, each with the JSON Pointer of its place, at least one
     */
    public JsonMismatchException(String type, List<ProblemError> errors) {
        super(message(type, errors));
        this.errors = List.copyOf(errors);
    }

    /** Returns what does not fit, each with the JSON Pointer of its place. */
    public List<ProblemError> errors() {
        return errors;
    }

    private static String message(String type, List<ProblemError> errors) {
        StringBuilder message = new StringBuilder("The JSON does not fit ").append(type);
        for (int i = 0; i < Math.min(errors.size(), ERRORS_IN_MESSAGE_MAX); i++) {
            ProblemError error = errors.get(i);
            String place = error.at().isEmpty() ? "the value" : error.at();
            message.append(i == 0 ? ": " : " ").append(place).append(": ").append(error.detail());
        }
        int more = errors.size() - ERRORS_IN_MESSAGE_MAX;
        return more > 0 ? message.append(" And ").append(more).append(" more.").toString() : message.toString();
    }
}
