package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.DeletedWorkspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.JsonBytes;

/**
 * The operator's deletion of a workspace. One record hides everything of the workspace, and its rows are purged in the
 * background.
 */
public final class DeleteWorkspace {
    private DeleteWorkspace() {}

    public static Command.Change of(Id workspace) {
        return context -> {
            Changes changes = new Changes();
            Workspaces.remove(context, workspace, changes);
            DeletedWorkspaces.add(context, workspace, changes);
            Jobs.cancelRunning(context.rows(), workspace, changes);
            return Decision.of(changes, Outcome.Done.ok(JsonBytes.deleted(workspace)));
        };
    }
}
