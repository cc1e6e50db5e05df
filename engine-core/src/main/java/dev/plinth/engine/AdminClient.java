package dev.plinth.engine;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

/** What the operator may do: workspaces, their plans, their first keys and what they have of the tables. Thread-safe. */
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

    /** Puts a workspace under another plan; units that are used stay used. */
    public Invocation<Workspace> changePlan(String id, String plan) {
        return update(id, "plan", plan);
    }

    /**
     * Refuses all calls of a workspace from now on, and holds its jobs and deliveries: no job begins, and a bulk job does no further item. An
     * attempt of the host's code that is under way ends, and what came of it is kept.
     */
    public Invocation<Workspace> suspend(String id) {
        return update(id, "status", "suspended");
    }

    /** Takes the calls of a suspended workspace again; its jobs and deliveries go on from where they were held. */
    public Invocation<Workspace> activate(String id) {
        return update(id, "status", "active");
    }

    /** Deletes a workspace for good: its keys are refused from now on, its rows go in the background. Gives its id. */
    public Invocation<String> deleteWorkspace(String id) {
        return invocations.of("deleteAnyWorkspace", List.of(id), deleted -> id);
    }

    /** Creates a key of a workspace; with scopes a restricted one. The answer has the secret. */
    public Invocation<ApiKey> createKey(String workspaceId, String name, String... scopes) {
        return invocations.of("createKeyFor", List.of(workspaceId), newKey(name, scopes), ApiKey::of);
    }

    /** Tells how full each table is, and which workspaces have the most of it. */
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
