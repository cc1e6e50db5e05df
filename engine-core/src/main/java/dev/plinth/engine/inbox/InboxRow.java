package dev.plinth.engine.inbox;

import java.util.Objects;

/**
 * A row of an inbox: changes that a committed transaction of the host's database asks for.
 *
 * @param name the name of the row
 * @param workspaceId the workspace in which the host's code acts, {@code ws_…}
 * @param version the version of the body; {@link #VERSION} is the one that this release reads
 * @param body the body of {@code POST /v1/batch}, with what only the host's own code may say
 */
public record InboxRow(RowName name, String workspaceId, int version, String body) {
    /** The version of bodies that this release reads and writes. */
    public static final int VERSION = 1;

    /** Refuses null. */
    public InboxRow {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
    }
}
