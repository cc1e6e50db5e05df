package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.api.LoggedRequest.KeyUse;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answered request as bytes, in the buffer of the thread that answers it. Its methods are called in their
 * order, each once. {@link LogEntry#read} reads the bytes. Not thread-safe; one writer, one entry.
 *
 * <p>An entry has neither query, headers nor body, because those may hold secrets.
 */
public final class EntryWriter {
    /** The version of the fields that {@link RowWriter} wants. Entries in memory have one version. */
    static final int VERSION = 0;

    /** The place of the entry in its {@link #copy}. */
    static final int FIELDS_AT = RowReader.HEAD_BYTES;

    private final InternedTexts texts;
    private final RowWriter row = new RowWriter(VERSION);
    private final Id id;

    EntryWriter(InternedTexts texts, Id id) {
        this.texts = texts;
        this.id = id;
        row.id(id);
    }

    /**
     * Adds the request.
     *
     * @param key the API key of the caller, or the id that stands for the host's own code
     * @param method the method as sent
     * @param route the path with its variables in braces
     * @param path the path with their values
     * @param node the node that has forwarded it; null if none has
     */
    public EntryWriter sent(Id key, String method, String route, String path, @Nullable String node) {
        row.id(key).small(texts.number(method)).small(texts.number(route));
        boolean same = path.equals(route);
        row.small(same ? 0 : 1);
        if (!same) {
            row.text(Quoted.cut(path, Limits.REQUEST_LOG_PATH_LENGTH_MAX));
        }
        row.optionalText(node);
        return this;
    }

    /** Adds the idempotency key that was sent and its result; either may be absent. */
    public EntryWriter under(@Nullable String idempotencyKey, @Nullable KeyUse use) {
        row.optionalText(idempotencyKey).small(use == null ? 0 : 1 + use.ordinal());
        return this;
    }

    /**
     * Adds the answer.
     *
     * @param status the HTTP status code
     * @param step the step of the order of evaluation at which the request ended, 1–14
     * @param units the rate-limit units that were taken
     * @param micros how long it took, in microseconds of real time
     */
    public EntryWriter answered(int status, int step, int units, long micros) {
        row.small(status).small(step).small(units).small((int) Math.min(micros, Integer.MAX_VALUE));
        return this;
    }

    /** Adds what a request has caused, at most {@code Limits.REQUEST_LOG_CAUSED_MAX} of each. */
    public EntryWriter caused(List<Id> events, List<Id> jobs) {
        row.small(0);
        ids(events);
        ids(jobs);
        return this;
    }

    /**
     * Adds the reason of a refusal, which has caused nothing.
     *
     * @param policy the name of the rate limit that refused, or null
     */
    public EntryWriter refused(String code, String detail, List<ProblemError> errors, @Nullable String policy) {
        row.small(1)
                .small(texts.number(code))
                .optionalText(policy)
                .text(Quoted.cut(detail, Limits.REQUEST_LOG_DETAIL_LENGTH_MAX));
        int count = Math.min(errors.size(), Limits.REQUEST_LOG_ERRORS_MAX);
        row.small(count);
        for (int i = 0; i < count; i++) {
            ProblemError error = errors.get(i);
            row.small(error.source().ordinal())
                    .text(Quoted.cut(error.at(), Limits.REQUEST_LOG_ERROR_LENGTH_MAX))
                    .text(error.code())
                    .text(Quoted.cut(error.detail(), Limits.REQUEST_LOG_ERROR_LENGTH_MAX));
        }
        return this;
    }

    private void ids(List<Id> ids) {
        row.small(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            row.id(ids.get(i));
        }
    }

    Id id() {
        return id;
    }

    /** Returns how many bytes the entry has. */
    int bytes() {
        return row.fieldBytes();
    }

    /** Returns a copy of the entry, in bytes that begin like a row. */
    byte[] copy() {
        return row.copy();
    }

    /** Copies the entry to its place. Nothing can be added any more. */
    void moveTo(byte[] target, int at) {
        row.moveFields(target, at);
    }
}
