package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.job.JobDraft;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;

/** Commands on jobs. A job about a resource is taken only if the caller sees the resource and may work on it. */
public final class JobCommands {
    private JobCommands() {}

    /** Accepts a job. */
    public static Command.Change start(JobDraft job) {
        return start(job, Precondition.NONE);
    }

    /** Accepts a job, with a precondition on the version of the resource. */
    public static Command.Change start(JobDraft job, Precondition condition) {
        return context -> {
            Id resource = job.resource();
            if (resource != null) {
                Resources.operable(context, resource, condition);
            }
            return Jobs.accept(context, job);
        };
    }

    /** Queues a failed, canceled or scheduled job again. */
    public static Command.Change retry(Id id, HandledTypes handled) {
        return context -> {
            Id resource = Jobs.resource(context, id);
            if (resource != null) {
                Resources.operable(context, resource, Precondition.NONE);
            }
            return Jobs.retry(context, id, handled);
        };
    }
}
