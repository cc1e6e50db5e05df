package dev.plinth.engine;

/**
 * What an engine made when it was opened on an empty store. Shown once, by whoever opened it.
 *
 * @param workspaceId the workspace {@code default}
 * @param key the secret of its key
 */
public record FirstStart(String workspaceId, String key) {
    /** Nothing of the secrets. */
    @Override
    public String toString() {
        return "FirstStart[" + workspaceId + "]";
    }
}
