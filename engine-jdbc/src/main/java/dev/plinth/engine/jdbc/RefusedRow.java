package dev.plinth.engine.jdbc;

import dev.plinth.engine.api.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A row that the engine has refused, or that waits because it names a resource of such a row. None of its effects has
 * happened. Immutable.
 */
public final class RefusedRow {
    private final long number;
    private final String workspaceId;
    private final String body;
    private final Times times;
    private final Optional<Problem> problem;
    private final List<String> resources;

    RefusedRow(
            long number,
            String workspaceId,
            String body,
            Times times,
            Optional<Problem> problem,
            List<String> resources) {
        this.number = number;
        this.workspaceId = workspaceId;
        this.body = body;
        this.times = times;
        this.problem = problem;
        this.resources = List.copyOf(resources);
    }

    /** When a row was written and refused, by the clock of the database. */
    record Times(Instant written, Instant refused) {}

    /** Returns the number of the row, by which rows are applied. */
    public long number() {
        return number;
    }

    /** Returns the workspace for which it was written. */
    public String workspaceId() {
        return workspaceId;
    }

    /** Returns the body of the row, as it was written. */
    public String body() {
        return body;
    }

    /** Returns when the row was written, by the clock of the database. */
    public Instant writtenAt() {
        return times.written;
    }

    /** Returns when the row was refused, by the clock of the database. */
    public Instant refusedAt() {
        return times.refused;
    }

    /** Returns why it was refused; empty if it waits for an earlier row of one of its resources. */
    public Optional<Problem> problem() {
        return problem;
    }

    /** Returns the ids of the resources that it names. */
    public List<String> resources() {
        return resources;
    }
}
