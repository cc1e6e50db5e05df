package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.HealthReport;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.RegisteredPlan;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.api.WorkspaceTransfer;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** The operator's client for workspaces, their plans and first keys, and the use of the tables. Thread-safe. */
public final class AdminClient {
    private final Invocations invocations;

    AdminClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Creates a workspace under a plan, such as {@code starter}. */
    public Invocation<Workspace> createWorkspace(String name, String plan) {
        byte[] body = JsonBytes.object()
                .member("name", given(name, "name"))
                .member("plan", given(plan, "plan"))
                .end();
        return invocations.of("createWorkspace", List.of(), body, Workspace::of);
    }

    /** Shows a workspace. */
    public Invocation<Workspace> workspace(String id) {
        return invocations.of("getAnyWorkspace", List.of(given(id, "id")), Workspace::of);
    }

    /** Lists workspaces, newest first. */
    public Listing<Workspace> workspaces() {
        return invocations.list("listWorkspaces", List.of(), Workspace.class);
    }

    /** Gives a workspace another name. */
    public Invocation<Workspace> rename(String id, String name) {
        return update(id, "name", given(name, "name"));
    }

    /** Puts a workspace under another plan. Units that are used stay used. */
    public Invocation<Workspace> changePlan(String id, String plan) {
        return update(id, "plan", given(plan, "plan"));
    }

    /**
     * Refuses all calls of a workspace from now on, and holds its jobs and deliveries. No job begins, and a bulk job
     * runs no further item. An attempt in flight of the host's code ends, and its result is kept.
     */
    public Invocation<Workspace> suspend(String id) {
        return update(id, "status", "suspended");
    }

    /** Admits the calls of a suspended workspace again. Its jobs and deliveries go on from where they were held. */
    public Invocation<Workspace> activate(String id) {
        return update(id, "status", "active");
    }

    /**
     * Deletes a workspace for good. Its keys are refused from now on, and its rows are purged in the background.
     * Returns its id.
     */
    public Invocation<String> deleteWorkspace(String id) {
        return invocations.of("deleteAnyWorkspace", List.of(given(id, "id")), deleted -> id);
    }

    /** Creates a key of a workspace with a name, which may do everything. The answer has the secret. */
    public Invocation<ApiKey> createKey(String workspaceId, String name) {
        return createKey(workspaceId, NewKey.of(name));
    }

    /** Creates a key of a workspace. The answer has the secret. */
    public Invocation<ApiKey> createKey(String workspaceId, NewKey input) {
        return invocations.of(
                "createKeyFor",
                List.of(given(workspaceId, "workspaceId")),
                given(input, "input").json().utf8(),
                ApiKey::of);
    }

    /**
     * Writes all of a workspace into a new file, while calls go on. The file has the workspace as one of its changes has
     * left it, and the workspace stays as it is. Waits for the disk; reads all tables of the store.
     *
     * @param id {@code ws_…}
     * @param file a file that does not exist. It is there only once it is whole and durable
     * @param keyFile a file with the 32 bytes of a key, with which the file is encrypted
     * @throws IllegalStateException if it cannot be exported; one sentence says why and what to do. Also on a thread of
     *     the engine's own
     * @throws PlinthException 503 {@code not_leader} if this node of a shared log does not lead
     */
    public WorkspaceTransfer exportWorkspace(String id, Path file, Path keyFile) {
        return invocations
                .target()
                .get()
                .transfers()
                .exportWorkspace(given(id, "id"), given(file, "file"), given(keyFile, "keyFile"));
    }

    /**
     * Puts an exported workspace into this store, in steps between which others write. It is visible once all of it is
     * durable. If the process dies before, nothing of it is visible, and the next start purges what was put.
     *
     * @throws IllegalStateException if it cannot be imported; one sentence says why and what to do. Also on a thread of
     *     the engine's own
     * @throws PlinthException 503 {@code not_leader} if this node of a shared log does not lead
     */
    public WorkspaceTransfer importWorkspace(WorkspaceImport input) {
        return invocations.target().get().transfers().importWorkspace(given(input, "input"));
    }

    /** Returns how full each table is, and which workspaces have the most of it. */
    public Invocation<List<TableUse>> tables() {
        return invocations.of("listTables", List.of(), ApiValueReader::tables);
    }

    /** Lists the plans that the engine has. */
    public Invocation<List<RegisteredPlan>> plans() {
        return invocations.of("listPlans", List.of(), ApiValueReader::plans);
    }

    /** Returns the health figures of the last hour. */
    public Invocation<HealthReport> healthHistory() {
        return invocations.of("getHealthHistory", List.of(), HealthReport::of);
    }

    /** Returns the health figures of the last hour from after a time on. */
    public Invocation<HealthReport> healthHistoryAfter(Instant time) {
        return healthHistory().parameter("createdAfter", given(time, "time").toString());
    }

    private Invocation<Workspace> update(String id, String member, String value) {
        byte[] body = JsonBytes.object().member(member, value).end();
        return invocations.of("updateAnyWorkspace", List.of(given(id, "id")), body, Workspace::of);
    }
}
