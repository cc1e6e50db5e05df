package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.webhook.Endpoints;
import org.jspecify.annotations.Nullable;

/** The operator's commands on workspaces. */
public final class WorkspaceCommands {
    private WorkspaceCommands() {}

    /**
     * Changes a workspace. The end of a suspension also begins the release of held deliveries. Null leaves a member as it
     * is.
     */
    public static Command.Change update(
            Id workspace, @Nullable String name, @Nullable String plan, @Nullable Boolean suspended) {
        return context -> {
            boolean resumes = Boolean.FALSE.equals(suspended) && Workspaces.isSuspended(context, workspace);
            Decision decision =
                    Workspaces.update(workspace, name, plan, suspended).decide(context);
            if (resumes) {
                Endpoints.releaseAll(context, workspace, decision.changes());
            }
            return decision;
        };
    }

    /** Deletes a workspace. One record hides everything of it, and its rows are purged in the background. */
    public static Command.Change delete(Id workspace) {
        return context -> {
            Changes changes = new Changes();
            Workspaces.remove(context, workspace, changes);
            DeletedWorkspaces.add(context, workspace, changes);
            Jobs.cancelRunning(context.rows(), workspace, changes);
            return Decision.of(changes, Outcome.Done.ok(JsonBytes.deleted(workspace)));
        };
    }
}
