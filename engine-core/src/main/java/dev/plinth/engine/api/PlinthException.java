package dev.plinth.engine.api;

/** The one family of failures of the typed API: it carries the problem that the wire would have shown. */
public final class PlinthException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** A failure for this problem. */
    public PlinthException(Problem problem) {
        super(problem.code() + ": " + problem.detail());
        this.problem = problem;
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
}
