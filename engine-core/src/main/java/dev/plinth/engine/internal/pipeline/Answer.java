package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.quota.Quota;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a request, as it leaves the pipeline.
 *
 * @param request the id of the request
 * @param outcome the outcome
 * @param quota the state of the bucket; null if the call did not get that far
 * @param sequence the commit that has to be durable before any code sees the answer
 * @param confirmed true if nothing else has to confirm what the call has read: that commit is its own, or it tells of
 *     this process alone
 * @param keyed true if an idempotency key was sent
 * @param safe true if the request was one that only reads (RFC 9110 §9.2.1)
 * @param waitedSeconds the preference to wait that was honoured; 0 if none was
 */
public record Answer(
        Id request,
        Outcome outcome,
        @Nullable Quota quota,
        long sequence,
        boolean confirmed,
        boolean keyed,
        boolean safe,
        int waitedSeconds)
        implements PipelineResult {
    Answer with(Outcome other) {
        return new Answer(request, other, quota, sequence, confirmed, keyed, safe, waitedSeconds);
    }

    Answer with(@Nullable Quota other) {
        return new Answer(request, outcome, other, sequence, confirmed, keyed, safe, waitedSeconds);
    }
}
