package dev.plinth.engine.client;

import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.internal.json.ApiValueReader;
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

    /**
     * Shares the resource with a workspace, or changes the workspace's role.
     *
     * @param role {@code reader} or {@code editor}
     */
    public Invocation<Share> grant(String workspaceId, String role) {
        byte[] body = new JsonBytes().open().member("role", role).close().bytes();
        return invocations.of("share", List.of(resourceId, workspaceId), body, Share::of);
    }

    /** Lists the shares, newest first. */
    public Invocation<Page<Share>> list() {
        return invocations.of("listShares", List.of(resourceId), ApiValueReader.page(Share.class));
    }

    /** Ends the share of a workspace and cancels its jobs on the resource. Returns the workspace's id. */
    public Invocation<String> revoke(String workspaceId) {
        return invocations.of("unshare", List.of(resourceId, workspaceId), deleted -> workspaceId);
    }
}
