package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.api.LoggedRequest.KeyUse;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.problem.CutSecrets;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An answered request, read from the bytes of {@link EntryWriter}.
 *
 * @param id the id of the request, which also tells when it arrived
 * @param sent the request
 * @param answered its answer
 * @param why the reason of a refusal; null for a success
 * @param events the events that it caused
 * @param jobs the jobs that it started
 */
record LogEntry(
        Id id, Sent sent, Answered answered, @Nullable Why why, List<Id> events, List<Id> jobs) {
    private static final String HOST = "host";
    private static final ProblemError.Source[] SOURCES = ProblemError.Source.values();
    private static final KeyUse[] USES = KeyUse.values();

    /** The members of a request, as {@link EntryWriter} describes them. */
    record Sent(
            Id key,
            String method,
            String route,
            String path,
            @Nullable String node,
            @Nullable String idempotencyKey,
            @Nullable KeyUse use) {}

    /** The members of an answer, as {@link EntryWriter} describes them. */
    record Answered(int status, int step, int units, long micros) {}

    /** The members of a refusal, as {@link EntryWriter} describes them. */
    record Why(
            String code,
            String detail,
            List<ProblemError> errors,
            @Nullable String policy) {}

    /** Reads the entry at a position of bytes that begin like a row. */
    static LogEntry read(InternedTexts texts, byte[] bytes, int position) {
        RowReader row = new RowReader(bytes, EntryWriter.VERSION).at(position);
        Id id = row.id(IdKind.REQUEST);
        Id key = row.id(IdKind.KEY);
        String method = texts.text(row.small());
        String route = texts.text(row.small());
        String path = row.small() == 0 ? route : row.text();
        Sent sent = new Sent(key, method, route, path, row.optionalText(), row.optionalText(), use(row.small()));
        Answered answered = new Answered(row.small(), row.small(), row.small(), row.small());
        return row.small() == 0
                ? new LogEntry(id, sent, answered, null, ids(row, IdKind.EVENT), ids(row, IdKind.JOB))
                : new LogEntry(id, sent, answered, why(texts, row), List.of(), List.of());
    }

    private static @Nullable KeyUse use(int number) {
        return number == 0 ? null : USES[number - 1];
    }

    private static Why why(InternedTexts texts, RowReader row) {
        String code = texts.text(row.small());
        String policy = row.optionalText();
        String detail = row.text();
        int count = row.small();
        List<ProblemError> errors = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            errors.add(ProblemError.of(SOURCES[row.small()], row.text(), row.text(), row.text()));
        }
        return new Why(code, detail, errors, policy);
    }

    private static List<Id> ids(RowReader row, IdKind kind) {
        int count = row.small();
        List<Id> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(row.id(kind));
        }
        return ids;
    }

    /** Returns the same entry with more units. */
    LogEntry withMoreUnits(int more) {
        Answered with = new Answered(answered.status, answered.step, answered.units + more, answered.micros);
        return more == 0 ? this : new LogEntry(id, sent, with, why, events, jobs);
    }

    /** Renders the entry as its GET shows it. */
    byte[] json() {
        return membersTo(JsonBytes.object()).end();
    }

    /** Adds the members of the entry to an open object. */
    JsonBytes membersTo(JsonBytes json) {
        boolean isHosts = Caller.isHost(sent.key);
        json.member("id", id)
                .member("method", sent.method)
                .member("route", sent.route)
                .member("path", CutSecrets.in(sent.path))
                .member("status", answered.status)
                .member("step", answered.step);
        if (why != null) {
            whyTo(json, why);
        }
        json.optional("keyId", isHosts ? null : sent.key.text())
                .optional("caller", isHosts ? HOST : null)
                .optional("node", sent.node)
                .optional("idempotencyKey", sent.idempotencyKey == null ? null : CutSecrets.in(sent.idempotencyKey))
                .optional(
                        "idempotency", sent.use == null ? null : sent.use.name().toLowerCase(Locale.ROOT))
                .member("units", answered.units)
                .member("durationMicros", answered.micros)
                .member("createdAt", Times.text(id.timeMillis()))
                .name("caused")
                .open();
        ids(json.name("events"), events);
        ids(json.name("jobs"), jobs);
        return json.close();
    }

    private static void whyTo(JsonBytes json, Why why) {
        json.member("code", why.code).member("detail", CutSecrets.in(why.detail));
        if (!why.errors.isEmpty()) {
            json.name("errors").openArray();
            for (ProblemError error : why.errors) {
                json.open()
                        .member(
                                error.source() == ProblemError.Source.POINTER ? "pointer" : "parameter",
                                CutSecrets.in(error.at()))
                        .member("code", error.code())
                        .member("detail", CutSecrets.in(error.detail()))
                        .close();
            }
            json.closeArray();
        }
        json.optional("policy", why.policy);
    }

    private static void ids(JsonBytes json, List<Id> ids) {
        json.openArray();
        for (Id one : ids) {
            json.text(one.text());
        }
        json.closeArray();
    }
}
