package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.Durability;
import dev.plinth.engine.api.IdSource;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Answer;
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

    /** Returns the reply of a refusal. */
    public Reply of(Refusal refusal) {
        return of(refusal, false);
    }

    /**
     * Returns the reply of a refusal likewise.
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
        Outcome outcome = failure.map(sentence -> SystemRoutes.health("failed", 503, durability, sentence))
                .orElseGet(() -> SystemRoutes.health("live", 200, durability, null));
        return renderer.write(new Answer(newRequestId(), outcome, null, 0, true, false, true, 0));
    }

    /** Returns a fresh id for a request. */
    public Id newRequestId() {
        IdSource.Bits bits = ids.next(IdKind.REQUEST.prefix(), clock.getAsLong());
        return new Id(IdKind.REQUEST, bits.high(), bits.low());
    }
}
