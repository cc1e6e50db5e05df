package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;

/** Queues a failed job again. A job about a resource is queued only if the caller could start it now. */
public final class RetryJob {
    private RetryJob() {}

    public static Command.Change of(Id id, HandledTypes handled) {
        return context -> {
            Id resource = Jobs.resource(context, id);
            if (resource != null) {
                Resources.operable(context, resource, Precondition.NONE);
            }
            return Jobs.retry(context, id, handled);
        };
    }
}
