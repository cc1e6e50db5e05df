package dev.plinth.engine.internal.base;

/**
 * Carries a refusal out of nested rules to the one place that turns it into an outcome.
 *
 * <p>It costs no stack trace. Rules throw it instead of threading a result type through every helper; nothing outside the
 * rooms sees it.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    /** Carries this refusal. */
    public RefusedException(Refusal refusal) {
        super(refusal.detail(), null, false, false);
        this.refusal = refusal;
    }

    /** Carries a refusal that has nothing but its sentence. */
    public static RefusedException of(ProblemCode code, String detail) {
        return new RefusedException(Refusal.of(code, detail));
    }

    /** The refusal. */
    public Refusal refusal() {
        return refusal;
    }
}
