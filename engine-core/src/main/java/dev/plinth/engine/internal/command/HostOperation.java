package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.HostFailure;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.RecordType;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A synchronous operation of the host on a resource. The host's code runs outside the writer lock, on the resource as
 * it is shown. Its result and its effects are committed together if the resource still allows it.
 */
public final class HostOperation {
    private static final System.Logger LOG = Log.of(HostOperation.class);

    private HostOperation() {}

    /**
     * A call of an operation, in the terms of the public {@code CallContext}.
     *
     * @param keyId the caller's API key; empty if the host's own code called
     */
    public record Call(
            String workspaceId,
            String requestId,
            Optional<String> idempotencyKey,
            Optional<String> keyId,
            Optional<TraceParent> traceParent) {
        private static Call of(Context context, Command.Origin origin) {
            Caller caller = context.caller();
            return new Call(
                    caller.workspace().text(),
                    origin.request().text(),
                    Optional.ofNullable(origin.idempotencyKey()),
                    caller.isHost()
                            ? Optional.empty()
                            : Optional.of(caller.key().text()),
                    Optional.ofNullable(context.trace()));
        }
    }

    /** The host's code for a synchronous operation. */
    @FunctionalInterface
    public interface Code {
        /** Runs the operation on a resource that the caller's workspace sees. */
        Ended run(Call call, String resourceId, Json resource, Json input) throws OperationRefused;
    }

    /**
     * The end of the host's code.
     *
     * @param result the answer
     * @param effects the changes that the code asks for
     */
    public record Ended(Json result, HostEffects effects) {}

    /** Makes the command. The precondition is checked before the host's code runs, and again at the commit. */
    public static Command.HostCall of(String name, Code code, Id resource, byte[] input, Precondition condition) {
        return (context, origin) -> {
            Resources.Operable shown = Resources.operable(context, resource, condition);
            Ended ended = run(
                    origin,
                    () -> code.run(
                            Call.of(context, origin),
                            resource.text(),
                            Json.trusted(shown.json()),
                            Json.trusted(input)));
            checkSize(name, ended.result());
            return later -> decide(later, resource, ended, condition);
        };
    }

    /** The host's code for a synchronous operation without a resource. */
    @FunctionalInterface
    public interface DirectCode {
        Ended run(Call call, Object input) throws OperationRefused;
    }

    /**
     * An operation without a resource.
     *
     * @param input the record class of its input
     * @param code the host's code
     */
    public record Direct(RecordType input, DirectCode code) {}

    /** Makes the command of an operation without a resource, for an input of its class. */
    public static Command.HostCall direct(String name, DirectCode code, Object input) {
        return (context, origin) -> {
            Ended ended = run(origin, () -> code.run(Call.of(context, origin), input));
            checkSize(name, ended.result());
            Outcome.Done done = Outcome.Done.ok(ended.result().utf8());
            return later -> ended.effects().decide(later, done, UnaryOperator.identity());
        };
    }

    /** A run of the host's code. */
    @FunctionalInterface
    private interface Run {
        Ended run() throws OperationRefused;
    }

    private static Ended run(Command.Origin origin, Run run) {
        try {
            return run.run();
        } catch (OperationRefused refused) {
            throw HostFailure.ofInput(refused);
        } catch (RuntimeException e) {
            throw HostFailure.inCall(e, origin.request());
        }
    }

    private static Decision decide(Context context, Id resource, Ended ended, Precondition condition) {
        Resources.Operable unused = Resources.operable(context, resource, condition);
        Outcome.Done done = Outcome.Done.ok(ended.result().utf8());
        return ended.effects().decide(context, done, UnaryOperator.identity());
    }

    /**
     * Refuses a result that is too large. Not retryable, because a repeated call would run the host's code again with
     * the same end.
     */
    private static void checkSize(String name, Json result) {
        int bytes = result.utf8().length;
        if (bytes > Limits.HOST_RESULT_BYTES_MAX) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The result of operation {0} must have at most {1} bytes, got {2}; store it elsewhere and return"
                            + " its address. Nothing was changed.",
                    name,
                    Integer.toString(Limits.HOST_RESULT_BYTES_MAX),
                    Integer.toString(bytes));
            throw new RefusedException(Refusal.of(
                            ProblemCode.INTERNAL_ERROR,
                            "The operation returned " + bytes + " bytes, more than the limit of "
                                    + Limits.HOST_RESULT_BYTES_MAX
                                    + "; nothing was changed. Report this to the operator of the service.")
                    .notRetryable());
        }
    }
}
