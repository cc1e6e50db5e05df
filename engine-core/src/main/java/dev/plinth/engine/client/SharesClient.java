package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

/** The shares of one resource. Thread-safe. */
public final class SharesClient {
    private final Invocations invocations;
    private final String resourceId;

    SharesClient(Invocations invocations, String resourceId) {
        this.invocations = invocations;
        this.resourceId = resourceId;
    }

    /** Shares the resource with a workspace, or changes the workspace's role. */
    public Invocation<Share> grant(String workspaceId, Role role) {
        byte[] body = JsonBytes.object()
                .member("role", given(role, "role").wireName())
                .end();
        return invocations.of("share", List.of(resourceId, given(workspaceId, "workspaceId")), body, Share::of);
    }

    /** Lists the shares, newest first. */
    public Listing<Share> list() {
        return invocations.list("listShares", List.of(resourceId), Share.class);
    }

    /** Ends the share of a workspace and cancels its jobs on the resource. Returns the workspace's id. */
    public Invocation<String> revoke(String workspaceId) {
        return invocations.of(
                "unshare", List.of(resourceId, given(workspaceId, "workspaceId")), deleted -> workspaceId);
    }
}
