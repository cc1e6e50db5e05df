package dev.plinth.engine.internal.base.problem;

import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a caller is told of an exception of the host's code. An exception of the typed API tells its own problem,
 * the same in each place where the host's code runs. Its texts are cut, because an answer is bounded.
 */
public final class HostFailure {
    private static final System.Logger LOG = Log.of(HostFailure.class);
    private static final int UNAUTHORIZED = 401;

    /** Another attempt may meet other rows, so a job is tried again after these. */
    private static final Set<Integer> DEPENDS_ON_ROWS = Set.of(409, 412);

    private HostFailure() {}

    /**
     * Returns what to throw for an exception of the host's code in a call. It is a refusal with the problem of a
     * {@link PlinthException}, or one that no repetition mends. It is the exception itself if neither fits.
     *
     * @param request the id of the call, for the log
     */
    public static RuntimeException inCall(RuntimeException met, Id request) {
        if (met instanceof PlinthException refused) {
            Refusal refusal = refusal(refused);
            return refusal == null ? met : new RefusedException(refusal);
        }
        if (!comesAgain(met)) {
            return met;
        }
        LOG.log(System.Logger.Level.ERROR, "The code of the host failed in request " + request, met);
        return new RefusedException(Refusal.of(
                        ProblemCode.INTERNAL_ERROR,
                        "The code of the host failed, and would fail again; nothing was changed."
                                + " Report the request id to the operator of the service.")
                .notRetryable());
    }

    /** Returns the refusal of an input by the host's code. */
    public static RefusedException ofInput(OperationRefused refused) {
        return RefusedException.of(ProblemCode.VALIDATION_FAILED, cut(refused.getMessage()));
    }

    /** Returns the beginning of a text of the host, or a sentence that says that it gave none. */
    public static String cut(@Nullable String text) {
        return text == null || text.isEmpty()
                ? "The code of the host gave no reason. Ask the operator of the service."
                : Quoted.cut(text, Limits.DESCRIPTION_LENGTH_MAX);
    }

    /**
     * Returns the problem that an exception of the typed API tells, or null if others must not see it. A 401 is about a
     * credential of the host, and not about the caller's. The end of an engine may be that of another engine.
     */
    public static @Nullable Refusal refusal(PlinthException met) {
        Problem problem = met.problem();
        if (ProblemCode.isOfEndedEngine(problem.code())) {
            return null;
        }
        for (ProblemCode code : ProblemCode.values()) {
            if (code.wireName().equals(problem.code()) && code.status() != UNAUTHORIZED) {
                long seconds = met.retryAfter().map(Duration::toSeconds).orElse(0L);
                return new Refusal(
                        code,
                        cut(problem.detail()),
                        cut(problem.errors()),
                        seconds,
                        null,
                        problem.retryable(),
                        code.remembered(),
                        Refusal.WHOLE);
            }
        }
        return null;
    }

    /** Returns true if another attempt of a job makes sense after a refusal of a call or of an effect. */
    public static boolean isWorthAnAttempt(Refusal refusal) {
        return refusal.retryable()
                || refusal.code() == ProblemCode.WORKSPACE_SUSPENDED
                || DEPENDS_ON_ROWS.contains(refusal.code().status());
    }

    private static List<ProblemError> cut(List<ProblemError> errors) {
        return errors.stream()
                .limit(Limits.ERRORS_MAX)
                .map(error -> ProblemError.of(
                        error.source(),
                        Quoted.cut(error.at(), Limits.DESCRIPTION_LENGTH_MAX),
                        Quoted.cut(error.code(), Limits.NAME_LENGTH_MAX),
                        cut(error.detail())))
                .toList();
    }

    /** Returns true for an exception of a program's fault, which the same input brings about again. */
    public static boolean comesAgain(RuntimeException met) {
        return met instanceof IllegalArgumentException
                || met instanceof NullPointerException
                || met instanceof ClassCastException
                || met instanceof ArithmeticException
                || met instanceof IndexOutOfBoundsException
                || met instanceof UnsupportedOperationException;
    }
}
