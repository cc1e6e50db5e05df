package dev.plinth.engine.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one family of failures of the typed API: it carries the problem that the wire would have shown. The message has the code, the
 * sentence, and the first of the errors of the input. It can be serialized.
 */
public final class PlinthException extends RuntimeException {
    private static final long serialVersionUID = 2L;
    private static final int ERRORS_IN_MESSAGE_MAX = 3;

    private final Problem problem;
    private final @Nullable Duration retryAfter;

    /** A failure for this problem. */
    public PlinthException(Problem problem) {
        this(problem, null);
    }

    /**
     * A failure for this problem.
     *
     * @param retryAfter when to come again; null if there is no such advice
     */
    public PlinthException(Problem problem, @Nullable Duration retryAfter) {
        super(message(problem));
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /** The problem document. */
    public Problem problem() {
        return problem;
    }

    /** The stable name of the problem, such as {@code not_found}. */
    public String code() {
        return problem.code();
    }

    /** The HTTP status code that the wire would have shown. */
    public int status() {
        return problem.status();
    }

    /** After how long the same call may go better, in whole seconds: the header {@code Retry-After}. Empty if the wire has none. */
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
