package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells which jobs wait for code that is there: for a handler in this JVM, or for a worker that has leased their type within the hour.
 *
 * @param here the types that this JVM handles
 * @param newest how far jobs at workers are
 */
public record HandledTypes(Set<String> here, ProgressReports newest) {
    /** These types, and no progress yet. */
    public HandledTypes(Set<String> here) {
        this(here, new ProgressReports());
    }

    /** Copies the types. */
    public HandledTypes {
        here = Set.copyOf(here);
    }

    /** True if a job waits for code that is not there. */
    boolean isMissingFor(JobRow row, Rows rows, long nowMillis) {
        JobRow.Facts facts = row.facts();
        boolean waits = row.status() == JobStatus.QUEUED || row.status() == JobStatus.SCHEDULED;
        return waits
                && !here.contains(facts.type())
                && !LeasedTypes.has(rows, facts.workspace(), facts.type(), nowMillis);
    }

    /** A job as its GET shows it, with this result. */
    byte[] shown(Context context, JobRow row, byte @Nullable [] result) {
        byte[] json = newest.of(row).json(result);
        return isMissingFor(row, context.rows(), context.now())
                ? JsonBytes.append(json, new JsonBytes().member("handled", false))
                : json;
    }
}
