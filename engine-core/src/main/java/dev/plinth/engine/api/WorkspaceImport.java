package dev.plinth.engine.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells an import of a workspace what to read and what to change. Immutable.
 */
public final class WorkspaceImport {
    private final Path file;
    private final Path keyFile;
    private final boolean pausesWebhooks;
    private final @Nullable String plan;

    private WorkspaceImport(Path file, Path keyFile, boolean pausesWebhooks, @Nullable String plan) {
        this.file = Objects.requireNonNull(file, "file must not be null.");
        this.keyFile = Objects.requireNonNull(keyFile, "keyFile must not be null.");
        this.pausesWebhooks = pausesWebhooks;
        this.plan = plan;
    }

    /**
     * Returns an import of a file that changes nothing.
     *
     * @param file the exported file
     * @param keyFile the file with the 32 bytes of the key of its export
     */
    public static WorkspaceImport of(Path file, Path keyFile) {
        return new WorkspaceImport(file, keyFile, false, null);
    }

    /** Returns the exported file. */
    public Path file() {
        return file;
    }

    /** Returns the file with the 32 bytes of the key of its export. */
    public Path keyFile() {
        return keyFile;
    }

    /** Returns true if all webhook endpoints of the workspace are disabled. */
    public boolean pausesWebhooks() {
        return pausesWebhooks;
    }

    /** Returns the plan of the workspace in this store; empty to leave it. */
    public Optional<String> plan() {
        return Optional.ofNullable(plan);
    }

    /**
     * Returns the same with all webhook endpoints disabled, for a copy that must send nothing. Deliveries are held until
     * an endpoint is enabled.
     */
    public WorkspaceImport pausingWebhooks() {
        return new WorkspaceImport(file, keyFile, true, plan);
    }

    /** Returns the same under another plan, such as one that this store has. */
    public WorkspaceImport underPlan(String plan) {
        Objects.requireNonNull(plan, "plan must not be null.");
        return new WorkspaceImport(file, keyFile, pausesWebhooks, plan);
    }
}
