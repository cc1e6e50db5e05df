package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Role;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces.ImportedWorkspace;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what happens to the rows of a workspace whose import has not ended. */
@Timeout(120)
final class UnfinishedImportTest {
    @TempDir
    private Path base;

    @Test
    void resource_sharedByAWorkspaceThatIsBeingImported_isHiddenFromTheGrantee() {
        try (TestEngine store = TestEngine.inMemory()) {
            String owner = store.key();
            String ownWorkspace =
                    store.engine().client(owner).workspace().call().id();
            String granteeWorkspace = store.newWorkspace("grantee");
            String resource = store.make("/v1/resources", "{\"name\":\"shared\"}");
            store.engine()
                    .client(owner)
                    .shares(resource)
                    .grant(granteeWorkspace, Role.EDITOR)
                    .call();
            store.use(store.newKey(granteeWorkspace));
            String shared = "/v1/resources?shared=true";
            assertThat(store.text(shared)).contains(resource);

            ImportedWorkspace begun = begin(store.engine(), ownWorkspace);

            assertThat(store.text(shared)).doesNotContain(resource);
            assertThat(store.status("/v1/resources/" + resource)).isEqualTo(404);
            assertThat(store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"mine\"}")
                            .status())
                    .isEqualTo(404);
            assertThat(store.call("DELETE", "/v1/resources/" + resource + "/shares/" + granteeWorkspace)
                            .status())
                    .isEqualTo(404);

            commit(store.engine(), context -> {
                Changes changes = new Changes();
                ImportedWorkspaces.complete(begun, changes);
                return changes;
            });
            assertThat(store.text(shared)).contains(resource);
            assertThat(store.status("/v1/resources/" + resource)).isEqualTo(200);
        }
    }

    @Test
    void open_ofALogThatTakesNoChange_leavesAnUnfinishedImportToTheNextReign() {
        SharedMemoryLog log = new SharedMemoryLog();
        EngineBuilder settings = Engine.builder().log(log).secretKeyFile(base.resolve("secret.key"));
        try (Engine engine = settings.open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "business").call().id();
            ImportedWorkspace unused = begin(engine, workspace);
        }
        log.failAppend(1, SharedMemoryLog.AppendFault.FENCED);

        try (Engine engine = settings.open()) {
            assertThat(engine.role()).isEqualTo(NodeRole.FOLLOWER);
            log.expireLease();
            Patience.until(() -> engine.role() == NodeRole.LEADER);
            assertThat(unfinished(engine.store())).isZero();
            Patience.until(() -> engine.workspacesBeingDeleted() == 0);
        }
    }

    private static int unfinished(Store store) {
        return store.readToAct(view -> ImportedWorkspaces.unfinished(view).size());
    }

    private static ImportedWorkspace begin(Engine engine, String workspace) {
        Id id = Objects.requireNonNull(Id.parse(IdKind.WORKSPACE, workspace));
        commit(engine, context -> {
            Changes changes = new Changes();
            ImportedWorkspaces.begin(context, id, context.nextNumbers(1), 0, changes);
            return changes;
        });
        return Objects.requireNonNull(engine.store().readToAct(view -> ImportedWorkspaces.find(view, id)));
    }

    private static void commit(Engine engine, Function<Context, Changes> record) {
        RandomIds ids = new RandomIds();
        Outcome outcome = new Commits(engine.store(), ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids))
                .commit(Caller.OPERATOR, context -> Decision.of(record.apply(context), Outcome.Done.ok(new byte[0])));
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        engine.store().await(engine.store().lastSequence());
    }
}
