package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.api.LoggedRequest.KeyUse;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.MalformedJsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A request as a line of a file: the JSON of its GET, behind the id of its workspace. */
final class RequestLine {
    private static final String WORKSPACE = "workspaceId";

    private final JsonValue.Obj line;

    private RequestLine(JsonValue.Obj line) {
        this.line = line;
    }

    static byte[] of(Id workspace, LogEntry logEntry) {
        return logEntry.membersTo(JsonBytes.object().member(WORKSPACE, workspace))
                .end();
    }

    /**
     * Adds the request of a line to the log, unless its workspace is gone.
     *
     * @return false if the line is no request, as the last one after a crash may be
     */
    static boolean addTo(RequestLog log, byte[] line, Predicate<Id> isThere) {
        try {
            if (JsonReader.read(line) instanceof JsonValue.Obj members) {
                new RequestLine(members).addTo(log, isThere);
                return true;
            }
            return false;
        } catch (MalformedJsonException | IllegalArgumentException e) {
            return false;
        }
    }

    private void addTo(RequestLog log, Predicate<Id> isThere) {
        Id workspace = id(IdKind.WORKSPACE, text(line, WORKSPACE));
        EntryWriter entry = log.entry(id(IdKind.REQUEST, text(line, "id")))
                .sent(
                        find(line, "caller") == null ? id(IdKind.KEY, text(line, "keyId")) : Caller.HOST_KEY,
                        text(line, "method"),
                        text(line, "route"),
                        text(line, "path"),
                        find(line, "node"))
                .under(find(line, "idempotencyKey"), use())
                .answered(number("status"), number("step"), number("units"), number("durationMicros"));
        String code = find(line, "code");
        if (code == null) {
            JsonValue.Obj caused = member(line, "caused", JsonValue.Obj.class);
            entry.caused(ids(caused, "events", IdKind.EVENT), ids(caused, "jobs", IdKind.JOB));
        } else {
            entry.refused(code, text(line, "detail"), errors(), find(line, "policy"));
        }
        if (isThere.test(workspace)) {
            log.remember(workspace, entry);
        }
    }

    private @Nullable KeyUse use() {
        String word = find(line, "idempotency");
        return word == null ? null : KeyUse.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private List<ProblemError> errors() {
        List<ProblemError> errors = new ArrayList<>();
        if (line.get("errors") instanceof JsonValue.Arr items) {
            for (JsonValue item : items.items()) {
                if (item instanceof JsonValue.Obj error) {
                    boolean isPointer = error.get("pointer") != null;
                    errors.add(ProblemError.of(
                            isPointer ? ProblemError.Source.POINTER : ProblemError.Source.PARAMETER,
                            text(error, isPointer ? "pointer" : "parameter"),
                            text(error, "code"),
                            text(error, "detail")));
                }
            }
        }
        return errors;
    }

    private static List<Id> ids(JsonValue.Obj object, String name, IdKind kind) {
        List<Id> ids = new ArrayList<>();
        for (JsonValue item : member(object, name, JsonValue.Arr.class).items()) {
            ids.add(id(kind, item instanceof JsonValue.Text text ? text.value() : ""));
        }
        return ids;
    }

    private static Id id(IdKind kind, String text) {
        Id id = Id.parse(kind, text);
        if (id == null) {
            throw new IllegalArgumentException(); // addTo leaves the line out
        }
        return id;
    }

    private int number(String name) {
        return Integer.parseInt(member(line, name, JsonValue.Num.class).written());
    }

    private static String text(JsonValue.Obj object, String name) {
        return member(object, name, JsonValue.Text.class).value();
    }

    private static @Nullable String find(JsonValue.Obj object, String name) {
        return object.get(name) == null ? null : text(object, name);
    }

    private static <T extends JsonValue> T member(JsonValue.Obj object, String name, Class<T> kind) {
        JsonValue value = object.get(name);
        if (!kind.isInstance(value)) {
            throw new IllegalArgumentException(); // addTo leaves the line out
        }
        return kind.cast(value);
    }
}
