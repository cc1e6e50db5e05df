package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.job.NewJob;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;

/** Accepts a job. A job about a resource is accepted only if the caller sees the resource and may work on it. */
public final class StartJob {
    private StartJob() {}

    public static Command.Change of(NewJob job) {
        return of(job, Precondition.NONE);
    }

    /** Makes the command, with a precondition on the version of the resource. */
    public static Command.Change of(NewJob job, Precondition ifMatch) {
        return context -> {
            Id resource = job.resource();
            if (resource != null) {
                Resources.operable(context, resource, ifMatch);
            }
            return Jobs.accept(context, job);
        };
    }
}
