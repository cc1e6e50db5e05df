package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.FirstStart;
import java.util.Optional;

/**
 * Creates the workspace {@code default} once in the life of a store, unless the store has workspaces already. Once
 * deleted, it is not created again.
 */
final class DefaultWorkspace {
    private DefaultWorkspace() {}

    static Optional<FirstStart> create(Store store, AdminClient admin, Commits commits) {
        if (Access.hasHadDefault(store.viewToAct())) {
            return Optional.empty();
        }
        Optional<FirstStart> made = Optional.empty();
        if (admin.workspaces().call().data().isEmpty()) {
            Workspace workspace = admin.createWorkspace("default", "starter").call();
            ApiKey key = admin.createKey(workspace.id(), "default").call();
            made = Optional.of(new FirstStart(workspace.id(), key.secret().orElseThrow()));
        }
        Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberDefault());
        return made;
    }
}
