package dev.plinth.engine.internal.base.problem;

/**
 * Carries a refusal out of nested rules to the one place that turns it into an outcome.
 *
 * <p>It has no stack trace. Rules throw it instead of passing a result type through every method. Code outside the
 * engine never sees it.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    /** Carries this refusal. */
    public RefusedException(Refusal refusal) {
        super(refusal.detail(), null, false, false);
        this.refusal = refusal;
    }

    /** Returns an exception with a refusal that has nothing but its sentence. */
    public static RefusedException of(ProblemCode code, String detail) {
        return new RefusedException(Refusal.of(code, detail));
    }

    public Refusal refusal() {
        return refusal;
    }
}
