package dev.plinth.engine;

/**
 * What an engine made when it was opened on an empty store. Shown once, by whoever opened it.
 *
 * @param workspaceId the workspace {@code default}
 * @param key the secret of its key
 * @param adminToken the operator's token
 */
public record FirstStart(String workspaceId, String key, String adminToken) {
    /** Nothing of the secrets. */
    @Override
    public String toString() {
        return "FirstStart[" + workspaceId + "]";
    }
}
