package dev.plinth.engine.api;

import java.util.Objects;

/**
 * Reports an export or an import of a workspace.
 *
 * @param workspaceId {@code ws_…}
 * @param rows how many rows were written. An export counts a row twice that was changed meanwhile
 * @param fileBytes the length of the file
 * @param sharesLeftOut how many shares an import left out because their grantee is not in the store; 0 for an export
 */
public record WorkspaceTransfer(String workspaceId, long rows, long fileBytes, long sharesLeftOut) {
    /** Refuses null. */
    public WorkspaceTransfer {
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
    }
}
