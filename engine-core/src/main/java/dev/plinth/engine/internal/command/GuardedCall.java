package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A call that the host's own code answers. The code runs outside the writer lock. Its reply and its effects are
 * committed together; a reply of 400 or more has no effects.
 */
public final class GuardedCall {
    private static final System.Logger LOG = Log.of(GuardedCall.class);

    private GuardedCall() {}

    /**
     * The end of the host's code.
     *
     * @param reply the answer
     * @param effects the changes that the code asks for
     */
    public record Ended(Reply reply, HostEffects effects) {}

    /**
     * Makes the command.
     *
     * @param path the path of the route, for the log
     * @param reads true if the reply is never remembered, so that it may be longer
     * @param code answers a call of the context's caller by the host's code
     */
    public static Command.HostCall of(String path, boolean reads, Function<Context, Ended> code) {
        int bytesMax = reads ? Limits.GUARDED_READ_BYTES_MAX : Limits.HOST_RESULT_BYTES_MAX;
        return (context, origin) -> {
            Ended ended = code.apply(context);
            String error = GuardedReply.error(ended.reply(), bytesMax);
            if (error != null) {
                throw wrong(path, error);
            }
            Outcome.HostReply reply = GuardedReply.outcome(ended.reply());
            // Only a key remembers the reply in the record of the effects.
            int rememberedBytes = origin.idempotencyKey() == null ? 0 : reply.body().length;
            return reply.isDone()
                    ? later -> ended.effects().decide(later, reply, rememberedBytes, UnaryOperator.identity())
                    : later -> Decision.nothing(reply);
        };
    }

    /** Not retryable, because a repeated call would run the host's code again with the same end. */
    private static RefusedException wrong(String path, String error) {
        LOG.log(
                System.Logger.Level.ERROR,
                "The host's reply at " + path + " cannot be sent; nothing was changed. " + error);
        return new RefusedException(Refusal.of(
                        ProblemCode.INTERNAL_ERROR,
                        "The host gave a reply that cannot be sent; nothing was changed."
                                + " Report this to the operator of the service.")
                .notRetryable());
    }
}
