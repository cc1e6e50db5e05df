package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.webhook.Endpoints;
import org.jspecify.annotations.Nullable;

/** The operator's change of a workspace. The end of a suspension also begins the release of held deliveries. */
public final class UpdateWorkspace {
    private UpdateWorkspace() {}

    /** Makes the command. Null leaves a member as it is. */
    public static Command.Change of(
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
}
