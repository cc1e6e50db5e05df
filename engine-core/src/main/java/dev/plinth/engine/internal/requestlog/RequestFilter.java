package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Id;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a list shows.
 *
 * @param statuses only answers with a status in this range; null for all
 * @param code only refusals with this code; null for all
 * @param key only calls of this API key; null for all
 * @param idempotencyKey only calls with this key; null for all
 * @param route only calls of this route; null for all
 * @param createdAfter only younger ones, in epoch milliseconds; null for all
 * @param createdBefore only older ones, in epoch milliseconds; null for all
 */
public record RequestFilter(
        @Nullable Statuses statuses,
        @Nullable String code,
        @Nullable Id key,
        @Nullable String idempotencyKey,
        @Nullable String route,
        @Nullable Long createdAfter,
        @Nullable Long createdBefore) {
    /** Shows all requests. */
    public static final RequestFilter ALL = new RequestFilter(null, null, null, null, null, null, null);

    /** A range of HTTP status codes, both ends included. */
    public record Statuses(int least, int most) {}

    /** Returns true if several filters are combined. A page of such a list examines a bounded number of entries. */
    boolean isCombined() {
        int count = 0;
        for (Object one : new Object[] {statuses, code, key, idempotencyKey, route, createdAfter, createdBefore}) {
            count += one == null ? 0 : 1;
        }
        return count > 1;
    }

    boolean accepts(LogEntry logEntry) {
        int status = logEntry.answered().status();
        LogEntry.Sent sent = logEntry.sent();
        LogEntry.Why why = logEntry.why();
        long created = logEntry.id().timeMillis();
        return (statuses == null || (status >= statuses.least && status <= statuses.most))
                && is(code, why == null ? null : why.code())
                && is(key, sent.key())
                && is(idempotencyKey, sent.idempotencyKey())
                && is(route, sent.route())
                && (createdAfter == null || created > createdAfter)
                && (createdBefore == null || created < createdBefore);
    }

    private static boolean is(@Nullable Object wanted, @Nullable Object found) {
        return wanted == null || Objects.equals(wanted, found);
    }
}
