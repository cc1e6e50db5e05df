package dev.plinth.engine;

/**
 * The workspace and key that an engine created when it was opened on an empty store. Shown once.
 *
 * @param workspaceId the workspace {@code default}
 * @param key the secret of its key
 */
public record FirstStart(String workspaceId, String key) {
    /** Returns the workspace's id. Leaves the key out. */
    @Override
    public String toString() {
        return "FirstStart[" + workspaceId + "]";
    }
}
