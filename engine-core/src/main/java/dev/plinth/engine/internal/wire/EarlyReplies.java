package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.FileDescriptors;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.metrics.Exposition;
import dev.plinth.engine.internal.pipeline.Answer;
import dev.plinth.engine.internal.wire.route.NodeState;
import dev.plinth.engine.internal.wire.route.ReplyRenderer;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.IdSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Replies to what never became a call, such as a call to a node that does not lead. Thread-safe. */
public final class EarlyReplies {
    private final ReplyRenderer renderer;
    private final IdSource ids;
    private final LongSupplier clock;

    /**
     * Makes replies.
     *
     * @param clock epoch milliseconds
     */
    public EarlyReplies(ProblemJson problems, ReplyRenderer.Settings settings, IdSource ids, LongSupplier clock) {
        this.renderer = new ReplyRenderer(problems, settings);
        this.ids = ids;
        this.clock = clock;
    }

    public Reply of(Refusal refusal) {
        return of(refusal, false);
    }

    /**
     * Returns the reply of a refusal, under a new request id.
     *
     * @param keyed true if the call has an idempotency key
     */
    public Reply of(Refusal refusal, boolean keyed) {
        return renderer.write(refusal, newRequestId(), keyed);
    }

    /**
     * Returns the answer of {@code GET /health/live}.
     *
     * @param failure why the process has to be restarted; empty if it has not
     * @param level the failures that an acknowledged change survives; empty for none
     */
    public Reply live(Optional<String> failure, Optional<Durability> level) {
        String durability = SystemRoutes.durability(level);
        return answer(failure.map(sentence -> failed(sentence, durability, Optional.empty()))
                .orElseGet(() -> SystemRoutes.health("live", 200, durability, null, Optional.empty())));
    }

    /**
     * Returns the answer of {@code GET /health/ready} or {@code GET /health/leader} of a node that does not lead.
     * It tells of missing file descriptors, as a leader does.
     *
     * @param failure why the process has to be restarted; empty if it has not
     * @param level the failures that an acknowledged change survives; empty for none
     * @param isReady true if the node takes calls nevertheless
     */
    public Reply health(Optional<String> failure, Optional<Durability> level, NodeState node, boolean isReady) {
        String durability = SystemRoutes.durability(level);
        return answer(failure.or(FileDescriptors::scarcity)
                .map(sentence -> failed(sentence, durability, Optional.of(node)))
                .orElseGet(() -> SystemRoutes.health(
                        isReady ? "ready" : "not_leader", isReady ? 200 : 503, durability, null, Optional.of(node))));
    }

    /** Returns the answer of {@code GET /metrics} with these figures. */
    public Reply metrics(List<Figure> figures) {
        return answer(new Outcome.Page(Exposition.page(figures), Exposition.CONTENT_TYPE, null));
    }

    private static Outcome failed(String sentence, String durability, Optional<NodeState> node) {
        return SystemRoutes.health("failed", 503, durability, sentence, node);
    }

    private Reply answer(Outcome outcome) {
        return renderer.write(new Answer(newRequestId(), outcome, null, 0, true, false, true, 0));
    }

    /** Returns a fresh id for a request. */
    public Id newRequestId() {
        return Id.next(ids, IdKind.REQUEST, clock.getAsLong());
    }
}
