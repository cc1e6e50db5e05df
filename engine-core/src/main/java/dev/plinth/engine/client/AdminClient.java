package dev.plinth.engine.client;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

/** The operator's client for workspaces, their plans and first keys, and the use of the tables. Thread-safe. */
public final class AdminClient {
    private final Invocations invocations;

    AdminClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Creates a workspace under a plan, such as {@code starter}. */
    public Invocation<Workspace> createWorkspace(String name, String plan) {
        byte[] body = new JsonBytes()
                .open()
                .member("name", name)
                .member("plan", plan)
                .close()
                .bytes();
        return invocations.of("createWorkspace", List.of(), body, Workspace::of);
    }

    /** Shows a workspace. */
    public Invocation<Workspace> workspace(String id) {
        return invocations.of("getAnyWorkspace", List.of(id), Workspace::of);
    }

    /** Lists workspaces, newest first. */
    public Invocation<Page<Workspace>> workspaces() {
        return invocations.of("listWorkspaces", List.of(), ApiValueReader.page(Workspace.class));
    }

    /** Gives a workspace another name. */
    public Invocation<Workspace> rename(String id, String name) {
        return update(id, "name", name);
    }

    /** Puts a workspace under another plan. Units that are used stay used. */
    public Invocation<Workspace> changePlan(String id, String plan) {
        return update(id, "plan", plan);
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
        return invocations.of("deleteAnyWorkspace", List.of(id), deleted -> id);
    }

    /** Creates a key of a workspace. With scopes, the key is restricted to them. The answer has the secret. */
    public Invocation<ApiKey> createKey(String workspaceId, String name, String... scopes) {
        return invocations.of("createKeyFor", List.of(workspaceId), newKey(name, scopes), ApiKey::of);
    }

    /** Returns how full each table is, and which workspaces have the most of it. */
    public Invocation<List<TableUse>> tables() {
        return invocations.of("listTables", List.of(), ApiValueReader::tables);
    }

    static byte[] newKey(String name, String... scopes) {
        JsonBytes body = new JsonBytes().open().member("name", name);
        if (scopes.length > 0) {
            body.name("scopes").openArray();
            for (String scope : scopes) {
                body.text(scope);
            }
            body.closeArray();
        }
        return body.close().bytes();
    }

    private Invocation<Workspace> update(String id, String member, String value) {
        byte[] body = new JsonBytes().open().member(member, value).close().bytes();
        return invocations.of("updateAnyWorkspace", List.of(id), body, Workspace::of);
    }
}
