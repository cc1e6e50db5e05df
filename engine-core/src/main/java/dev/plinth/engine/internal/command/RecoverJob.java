package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.job.JobDraft;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.job.StepJob;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.ReopenedDeliveries;
import java.util.Objects;

/** The job that sends each delivery of an endpoint once more that has been exhausted since a time. */
public final class RecoverJob implements StepJob {
    /** The type of the job. */
    public static final String TYPE = "webhooks.recover";

    private static final String ENDPOINT = "endpointId";
    private static final String SINCE = "sinceMillis";

    private final Id endpoint;
    private final long since;

    private RecoverJob(Id endpoint, long since) {
        this.endpoint = endpoint;
        this.since = since;
    }

    /**
     * Accepts the job.
     *
     * @param since the earliest time of the events, in epoch milliseconds
     */
    public static Command.Change of(Id endpoint, long since) {
        byte[] input = JsonBytes.object()
                .member(ENDPOINT, endpoint)
                .member(SINCE, since)
                .end();
        return context -> {
            Endpoints.check(context, endpoint);
            return Jobs.accept(context, JobDraft.now(TYPE, input));
        };
    }

    public static StepJob open(byte[] input) {
        JsonValue.Obj members = (JsonValue.Obj) JsonReader.trusted(input);
        JsonValue.Text endpoint = (JsonValue.Text) Objects.requireNonNull(members.get(ENDPOINT));
        JsonValue.Num since = (JsonValue.Num) Objects.requireNonNull(members.get(SINCE));
        Id id = Objects.requireNonNull(Id.parse(IdKind.ENDPOINT, endpoint.value()));
        return new RecoverJob(id, Long.parseLong(since.written()));
    }

    @Override
    public Batch step(Context context, long askedAt, long after) {
        ReopenedDeliveries reopened = Deliveries.recover(context, endpoint, since, askedAt, after);
        return new Batch(reopened.changes(), reopened.count(), reopened.reached());
    }

    @Override
    public byte[] result(long done) {
        return JsonBytes.object().member("resent", done).end();
    }
}
