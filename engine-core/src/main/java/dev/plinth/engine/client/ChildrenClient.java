package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.ResourceChange;
import java.util.List;

/** The children of one resource. Thread-safe. */
public final class ChildrenClient {
    private final Invocations invocations;
    private final String resourceId;

    ChildrenClient(Invocations invocations, String resourceId) {
        this.invocations = invocations;
        this.resourceId = resourceId;
    }

    /** Creates a child. */
    public Invocation<Child> create(NewResource input) {
        return invocations.of(
                "createChild", List.of(resourceId), given(input, "input").json().utf8(), Child::of);
    }

    /** Shows a child. */
    public Invocation<Child> get(String id) {
        return invocations.of("getChild", List.of(resourceId, given(id, "id")), Child::of);
    }

    /** Lists the children, newest first. */
    public Listing<Child> list() {
        return invocations.list("listChildren", List.of(resourceId), Child.class);
    }

    /** Changes a child. */
    public Invocation<Child> update(String id, ResourceChange change) {
        return invocations.of(
                "updateChild",
                List.of(resourceId, given(id, "id")),
                given(change, "change").json().utf8(),
                Child::of);
    }

    /** Deletes a child. Returns its id. */
    public Invocation<String> delete(String id) {
        return invocations.of("deleteChild", List.of(resourceId, given(id, "id")), deleted -> id);
    }
}
