package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.BulkOperation;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.wire.Wire;
import java.util.List;
import java.util.Objects;

/** Resources of one workspace. Thread-safe. */
public final class ResourcesClient {
    private final Invocations invocations;

    ResourcesClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Creates a resource with a name. */
    public Invocation<Resource> create(String name) {
        return create(NewResource.of(name));
    }

    /** Creates a resource. */
    public Invocation<Resource> create(NewResource input) {
        return invocations.of(
                "createResource", List.of(), given(input, "input").json().utf8(), Resource::of);
    }

    /** Shows a resource. */
    public Invocation<Resource> get(String id) {
        return invocations.of("getResource", List.of(given(id, "id")), Resource::of);
    }

    /**
     * Shows a resource with its first 100 children, as the wire does: {@code children} has {@code data} and {@code hasMore}.
     */
    public Invocation<Json> getWithChildren(String id) {
        return invocations
                .of("getResource", List.of(given(id, "id")), json -> json)
                .parameter("include", "children");
    }

    /**
     * Lists resources that are not archived, newest first. Filters are {@code status}, {@code type},
     * {@code createdAfter}, {@code createdBefore}, {@code shared} and one {@code metadata.…}.
     */
    public Listing<Resource> list() {
        return invocations.list("listResources", List.of(), Resource.class);
    }

    /** Lists resources after the page with this {@code nextCursor}. */
    public Listing<Resource> list(String cursor) {
        Objects.requireNonNull(cursor, "cursor must not be null.");
        return list().after(cursor);
    }

    /** Changes a resource. */
    public Invocation<Resource> update(String id, ResourceChange change) {
        return invocations.of(
                "updateResource",
                List.of(given(id, "id")),
                given(change, "change").json().utf8(),
                Resource::of);
    }

    /** Pauses a resource. No operation runs on it until it is resumed. */
    public Invocation<Resource> pause(String id) {
        return invocations.of("pauseResource", List.of(given(id, "id")), Resource::of);
    }

    /** Makes a paused resource active again. */
    public Invocation<Resource> resume(String id) {
        return invocations.of("resumeResource", List.of(given(id, "id")), Resource::of);
    }

    /** Archives a resource. It cannot be changed until it is unarchived. */
    public Invocation<Resource> archive(String id) {
        return invocations.of("archiveResource", List.of(given(id, "id")), Resource::of);
    }

    /** Makes an archived resource active again. */
    public Invocation<Resource> unarchive(String id) {
        return invocations.of("unarchiveResource", List.of(given(id, "id")), Resource::of);
    }

    /** Deletes an archived resource with its children. Returns its id. */
    public Invocation<String> delete(String id) {
        return invocations.of("deleteResource", List.of(given(id, "id")), deleted -> id);
    }

    /**
     * Runs a synchronous operation of the host. Returns its result, which may be any JSON.
     *
     * @throws IllegalStateException if the operation is asynchronous, before anything runs; {@link #start} starts it
     */
    public Invocation<Json> run(String id, String operation, Json input) {
        String named = given(operation, "operation");
        Wire wire = invocations.wire();
        if (wire != null && wire.startsJob(named)) {
            throw new IllegalStateException(
                    Quoted.of(operation) + " is an asynchronous operation. Call start, which gives its job.");
        }
        return Invocation.of(
                invocations, "runOperation", List.of(given(id, "id"), operation), input(input), json -> json);
    }

    /**
     * Starts an asynchronous operation of the host. Returns its job.
     *
     * @throws IllegalStateException if the operation is synchronous, before anything runs; {@link #run} runs it
     */
    public Invocation<AcceptedJob> start(String id, String operation, Json input) {
        String named = given(operation, "operation");
        Wire wire = invocations.wire();
        if (wire != null && wire.runsAtOnce(named)) {
            throw new IllegalStateException(
                    Quoted.of(operation) + " is a synchronous operation. Call run, which gives its result.");
        }
        return invocations.of("runOperation", List.of(given(id, "id"), operation), input(input), AcceptedJob::of);
    }

    /**
     * Starts a job of up to 10,000 operations. The job's result has an outcome for each operation.
     *
     * @param operations 1 to 10,000
     */
    public Invocation<AcceptedJob> bulk(List<BulkOperation> operations) {
        JsonBytes body = JsonBytes.object().name("operations").openArray();
        given(operations, "operations")
                .forEach(operation -> body.raw(operation.json().utf8()));
        return invocations.of("bulkResources", List.of(), body.closeArray().end(), AcceptedJob::of);
    }

    private static byte[] input(Json input) {
        return JsonBytes.object().raw("input", given(input, "input").utf8()).end();
    }
}
