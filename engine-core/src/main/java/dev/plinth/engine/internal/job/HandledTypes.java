package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds jobs that wait for a missing handler: neither this JVM has one, nor has a worker leased their type within the
 * hour.
 *
 * @param here the types that this JVM handles
 * @param newest the progress of jobs at workers
 */
public record HandledTypes(Set<String> here, ProgressReports newest) {
    /** Makes the types without any progress. */
    public HandledTypes(Set<String> here) {
        this(here, new ProgressReports());
    }

    public HandledTypes {
        here = Set.copyOf(here);
    }

    /** Returns true if a job waits for a missing handler. */
    boolean isMissingFor(JobRow row, Rows rows, long nowMillis) {
        JobRow.Facts facts = row.facts();
        boolean waits = row.status() == JobStatus.QUEUED || row.status() == JobStatus.SCHEDULED;
        return waits
                && !here.contains(facts.type())
                && !LeasedTypes.has(rows, facts.workspace(), facts.type(), nowMillis);
    }

    /** Renders a job as its GET shows it, with this result. */
    byte[] shown(Context context, JobRow row, byte @Nullable [] result) {
        byte[] json = newest.of(row).json(result);
        return isMissingFor(row, context.rows(), context.now())
                ? JsonBytes.append(json, new JsonBytes().member("handled", false))
                : json;
    }
}
