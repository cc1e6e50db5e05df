package dev.plinth.engine;

import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.wire.EarlyReplies;
import dev.plinth.engine.internal.wire.ReplyRenderer;

/** Refuses what no reign answers, with the texts of the host. Thread-safe. */
final class EngineRefusals {
    private final EngineParts parts;
    private final EarlyReplies replies;

    EngineRefusals(EngineParts parts) {
        this.parts = parts;
        EngineConfig config = parts.config();
        this.replies = new EarlyReplies(
                parts.problems(),
                new ReplyRenderer.Settings(config.identity().realm(), parts.nodeId(), parts.leaderUrl()),
                config.ids(),
                config.clock()::epochMillis);
    }

    /** The engine is shutting down, or was shut down. */
    static Refusal shuttingDown() {
        return Refusal.of(
                        ProblemCode.SHUTTING_DOWN,
                        "The engine is shutting down; nothing was changed. Send the call again.")
                .retryAfter(1);
    }

    /** Returns the reply of a refusal. */
    Reply reply(Refusal refusal) {
        return replies.of(refusal);
    }

    /** Returns the exception of the typed API for a refusal. */
    PlinthException exception(Refusal refusal) {
        return IdempotentWork.exception(parts.problems(), refusal, replies.newRequestId(), refusal.retryable());
    }
}
