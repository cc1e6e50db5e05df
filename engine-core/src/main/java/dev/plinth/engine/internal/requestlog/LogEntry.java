package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An answered request. It has neither query, headers nor body, because those may hold secrets.
 *
 * @param id the id of the request, which also tells when it arrived
 * @param key the API key of the caller, or the id that stands for the host's own code
 * @param method the method as sent
 * @param route the path with its variables in braces
 * @param path the path with their values
 * @param status the HTTP status code of the answer
 * @param code the problem code of a refusal, or null
 * @param idempotencyKey the idempotency key that was sent, or null
 * @param use the result of that key, or null
 * @param durationMicros how long it took, in microseconds of real time
 * @param events the events that it caused, at most {@code Limits.REQUEST_LOG_CAUSED_MAX}
 * @param jobs the jobs that it started, at most as many
 */
public record LogEntry(
        Id id,
        Id key,
        String method,
        String route,
        String path,
        int status,
        @Nullable String code,
        @Nullable String idempotencyKey,
        @Nullable KeyUse use,
        long durationMicros,
        List<Id> events,
        List<Id> jobs) {
    private static final int VERSION = 0;
    private static final String HOST = "host";
    private static final KeyUse[] USES = KeyUse.values();

    /** The result of a request's idempotency key. */
    public enum KeyUse {
        /** The request ran under the key. */
        EXECUTED,
        /** The first answer was given again. */
        REPLAYED,
        /** The key had been used for another request. */
        MISMATCH,
        /** Another request was running under the key. */
        IN_USE;

        private final String wireName = name().toLowerCase(Locale.ROOT);
    }

    /** Packs entries into one row, as the log keeps them. */
    static byte[] pack(LogEntry[] entries) {
        RowWriter row = new RowWriter(VERSION);
        for (LogEntry logEntry : entries) {
            logEntry.write(row);
        }
        return row.row();
    }

    /** Reads so many entries from their row. */
    static LogEntry[] unpack(byte[] packed, int count) {
        RowReader row = new RowReader(packed, VERSION);
        LogEntry[] entries = new LogEntry[count];
        for (int i = 0; i < count; i++) {
            entries[i] = read(row);
        }
        return entries;
    }

    private void write(RowWriter row) {
        row.id(id)
                .id(key)
                .text(method)
                .text(route)
                .text(path)
                .small(status)
                .optionalText(code)
                .optionalText(idempotencyKey)
                .small(use == null ? 0 : 1 + use.ordinal())
                .number(durationMicros);
        write(row, events);
        write(row, jobs);
    }

    private static LogEntry read(RowReader row) {
        return new LogEntry(
                row.id(IdKind.REQUEST),
                row.id(IdKind.KEY),
                row.text(),
                row.text(),
                row.text(),
                row.small(),
                row.optionalText(),
                row.optionalText(),
                use(row.small()),
                row.number(),
                ids(row, IdKind.EVENT),
                ids(row, IdKind.JOB));
    }

    private static void write(RowWriter row, List<Id> ids) {
        row.small(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            row.id(ids.get(i));
        }
    }

    private static List<Id> ids(RowReader row, IdKind kind) {
        int count = row.small();
        List<Id> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(row.id(kind));
        }
        return ids;
    }

    private static @Nullable KeyUse use(int number) {
        return number == 0 ? null : USES[number - 1];
    }

    /** Renders the entry as its GET shows it. */
    byte[] json() {
        boolean isHosts = Caller.isHost(key);
        JsonBytes json = new JsonBytes()
                .open()
                .member("id", id)
                .member("method", method)
                .member("route", route)
                .member("path", path)
                .member("status", status)
                .optional("code", code)
                .optional("keyId", isHosts ? null : key.text())
                .optional("caller", isHosts ? HOST : null)
                .optional("idempotencyKey", idempotencyKey)
                .optional("idempotency", use == null ? null : use.wireName)
                .member("durationMicros", durationMicros)
                .member("createdAt", Times.text(id.timeMillis()))
                .name("caused")
                .open();
        ids(json.name("events"), events);
        ids(json.name("jobs"), jobs);
        return json.close().close().bytes();
    }

    private static void ids(JsonBytes json, List<Id> ids) {
        json.openArray();
        for (Id one : ids) {
            json.text(one.text());
        }
        json.closeArray();
    }
}
