package dev.plinth.engine.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells an import of a workspace what to read and what to change. Immutable.
 *
 * @param file the exported file
 * @param keyFile the file with the 32 bytes of the key of its export
 * @param pausesWebhooks true to disable all webhook endpoints of the workspace
 * @param plan the plan of the workspace in this store; empty to leave it
 */
public record WorkspaceImport(Path file, Path keyFile, boolean pausesWebhooks, Optional<String> plan) {
    /** Refuses null. */
    public WorkspaceImport {
        Objects.requireNonNull(file, "file must not be null.");
        Objects.requireNonNull(keyFile, "keyFile must not be null.");
        Objects.requireNonNull(plan, "plan must not be null; give an empty one to leave it.");
    }

    /** Returns an import of a file that changes nothing. */
    public static WorkspaceImport of(Path file, Path keyFile) {
        return new WorkspaceImport(file, keyFile, false, Optional.empty());
    }

    /**
     * Returns the same with all webhook endpoints disabled, for a copy that must send nothing. Deliveries are held until
     * an endpoint is enabled.
     */
    public WorkspaceImport pausingWebhooks() {
        return new WorkspaceImport(file, keyFile, true, plan);
    }

    /** Returns the same under another plan, such as one that this store has. */
    public WorkspaceImport underPlan(String other) {
        Objects.requireNonNull(other, "plan must not be null.");
        return new WorkspaceImport(file, keyFile, pausesWebhooks, Optional.of(other));
    }
}
