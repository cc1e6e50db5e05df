package dev.plinth.engine.internal.host;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the host's own work under idempotency keys, with the values and exceptions of the typed API. */
public final class IdempotentWork {
    private final RequestDispatcher dispatcher;
    private final ProblemJson problems;
    private final HostCode hostCode;

    public IdempotentWork(RequestDispatcher dispatcher, ProblemJson problems, HostCode hostCode) {
        this.dispatcher = dispatcher;
        this.problems = problems;
        this.hostCode = hostCode;
    }

    public Json run(String workspaceId, String key, String fingerprint, Supplier<Json> work) {
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        Objects.requireNonNull(key, "key must not be null.");
        Objects.requireNonNull(fingerprint, "fingerprint must not be null.");
        Objects.requireNonNull(work, "work must not be null.");
        Id request = dispatcher.newRequestId();
        try {
            @Nullable Id workspace = Id.parse(IdKind.WORKSPACE, workspaceId);
            if (workspace == null) {
                throw new RefusedException(Refusal.notFound());
            }
            return Json.trusted(dispatcher.once(
                    request, workspace, key, fingerprint, () -> result(work).utf8()));
        } catch (RefusedException refused) {
            Refusal refusal = refused.refusal();
            // The call had a key, so the engine's part of it can be repeated safely after an unknown outcome.
            throw exception(problems, refusal, request, refusal.retryable());
        }
    }

    private Json result(Supplier<Json> work) {
        HostCode.Run run = hostCode.begin();
        try {
            return Objects.requireNonNull(
                    work.get(), "The work must return a result; return Json.EMPTY_OBJECT for none.");
        } finally {
            run.end();
        }
    }

    /** Returns the exception of the typed API for a refusal. */
    public static PlinthException exception(ProblemJson problems, Refusal refusal, Id request, boolean retryable) {
        byte[] problem = problems.render(refusal, request, retryable);
        long seconds = refusal.retryAfterSeconds();
        return new PlinthException(
                Problem.of(Json.trusted(problem)), seconds == 0 ? null : Duration.ofSeconds(seconds));
    }
}
