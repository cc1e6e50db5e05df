package dev.plinth.engine.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The only exception of the typed API for a refused call. It carries the problem that the wire would have shown. The
 * message has the code, the detail and the first three errors of the input. Serializable.
 */
public final class PlinthException extends RuntimeException {
    private static final long serialVersionUID = 2L;
    private static final int ERRORS_IN_MESSAGE_MAX = 3;

    private final Problem problem;
    private final @Nullable Duration retryAfter;

    /** Makes a failure without advice on when to retry. */
    public PlinthException(Problem problem) {
        this(problem, null);
    }

    /**
     * Makes a failure.
     *
     * @param problem why the call was refused
     * @param retryAfter how long to wait before a retry; null if there is no such advice
     */
    public PlinthException(Problem problem, @Nullable Duration retryAfter) {
        super(message(Objects.requireNonNull(problem, "problem must not be null.")));
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /** Returns the problem document. */
    public Problem problem() {
        return problem;
    }

    /** Returns the stable name of the problem, such as {@code not_found}. */
    public String code() {
        return problem.code();
    }

    /** Returns the HTTP status code that the wire would have shown. */
    public int status() {
        return problem.status();
    }

    /**
     * Returns how long to wait before the same call is retried, in whole seconds, as the header {@code Retry-After}
     * says. Empty if the wire has no such header.
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    private static String message(Problem problem) {
        StringBuilder message = new StringBuilder(problem.code()).append(": ").append(problem.detail());
        List<ProblemError> errors = problem.errors();
        for (int i = 0; i < Math.min(errors.size(), ERRORS_IN_MESSAGE_MAX); i++) {
            ProblemError error = errors.get(i);
            message.append(i == 0 ? " [" : "; ")
                    .append(place(error))
                    .append(": ")
                    .append(error.detail());
        }
        if (errors.size() > ERRORS_IN_MESSAGE_MAX) {
            message.append("; and ")
                    .append(errors.size() - ERRORS_IN_MESSAGE_MAX)
                    .append(" more");
        }
        return errors.isEmpty() ? message.toString() : message.append(']').toString();
    }

    private static String place(ProblemError error) {
        if (error.source() == ProblemError.Source.PARAMETER) {
            return "parameter " + error.at();
        }
        return error.at().isEmpty() ? "body" : error.at();
    }
}
