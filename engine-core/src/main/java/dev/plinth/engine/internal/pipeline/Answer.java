package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.quota.Quota;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a request, as it leaves the pipeline.
 *
 * @param request the id of the request
 * @param outcome the outcome
 * @param quota the state of the bucket; null if the call did not get that far
 * @param sequence the commit that has to be durable before any code sees the answer
 * @param ownRecord true if that commit is the call's own, so that it also confirms what the call has read
 * @param keyed true if an idempotency key was sent
 * @param safe true if the request was one that only reads (RFC 9110 §9.2.1)
 * @param waitedSeconds the preference to wait that was honoured; 0 if none was
 */
public record Answer(
        Id request,
        Outcome outcome,
        @Nullable Quota quota,
        long sequence,
        boolean ownRecord,
        boolean keyed,
        boolean safe,
        int waitedSeconds)
        implements PipelineResult {
    Answer with(Outcome other) {
        return new Answer(request, other, quota, sequence, ownRecord, keyed, safe, waitedSeconds);
    }

    Answer with(@Nullable Quota other) {
        return new Answer(request, outcome, other, sequence, ownRecord, keyed, safe, waitedSeconds);
    }
}
