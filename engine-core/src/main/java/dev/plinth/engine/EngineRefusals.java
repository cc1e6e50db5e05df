package dev.plinth.engine;

import dev.plinth.engine.api.Durability;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.wire.EarlyReplies;
import dev.plinth.engine.internal.wire.NodeState;
import dev.plinth.engine.internal.wire.ReplyRenderer;
import java.util.List;
import java.util.Optional;

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

    Reply reply(Refusal refusal) {
        return replies.of(refusal);
    }

    /**
     * Returns the reply of a refusal likewise.
     *
     * @param keyed true if the call has an idempotency key
     */
    Reply reply(Refusal refusal, boolean keyed) {
        return replies.of(refusal, keyed);
    }

    /** Returns the reply to a question whether this process has to be restarted, while no reign answers. */
    Reply live(Optional<String> failure, Optional<Durability> level) {
        return replies.live(failure, level);
    }

    /**
     * Returns the reply to a question whether this node takes calls, while no reign answers.
     *
     * @param isReady true if it takes them nevertheless
     */
    Reply health(Optional<String> failure, Optional<Durability> level, NodeState node, boolean isReady) {
        return replies.health(failure, level, node, isReady);
    }

    /** Returns the reply to a question for figures, while no reign answers. */
    Reply metrics(List<Figure> figures) {
        return replies.metrics(figures);
    }

    /** Returns the exception of the typed API for a refusal. */
    PlinthException exception(Refusal refusal) {
        return IdempotentWork.exception(parts.problems(), refusal, replies.newRequestId(), refusal.retryable());
    }
}
