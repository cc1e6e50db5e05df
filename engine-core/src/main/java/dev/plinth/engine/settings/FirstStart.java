package dev.plinth.engine.settings;

import java.util.Objects;

/**
 * The workspace and key that an engine created when it was opened on an empty store. Shown once.
 *
 * @param workspaceId the workspace {@code default}
 * @param key the secret of its key
 */
public record FirstStart(String workspaceId, String key) {
    /** Refuses null. */
    public FirstStart {
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        Objects.requireNonNull(key, "key must not be null.");
    }

    /** Returns the workspace's id. Leaves the key out. */
    @Override
    public String toString() {
        return "FirstStart[" + workspaceId + "]";
    }
}
