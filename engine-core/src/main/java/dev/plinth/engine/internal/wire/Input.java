package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Operation;
import dev.plinth.engine.internal.pipeline.Preferences;
import dev.plinth.engine.internal.pipeline.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the arguments of a command out of a request and collects what is wrong with them: first the query, then the body.
 * {@link #checked} refuses with all of it. Not thread-safe.
 */
final class Input {
    private static final JsonValue.Obj NO_MEMBERS = new JsonValue.Obj(Map.of());

    private final Request request;
    private final Query query;
    private final List<ProblemError> errors = new ArrayList<>();
    private final Fields body;

    private Input(Request request, Query query, JsonValue.Obj object) {
        this.request = request;
        this.query = query;
        this.body = new Fields(object, "", errors);
    }

    /** The input of a request; refuses at once what cannot be read at all. */
    static Input of(Request request) {
        Query query = Query.of(request.query(), request.operation().parameters());
        return new Input(request, query, object(request, query));
    }

    /** The members of the body. */
    Fields body() {
        return body;
    }

    /** The parameters of the query. */
    Query query() {
        return query;
    }

    /** The id in the path. A text that is no id of the kind becomes an id that nothing has. */
    Id id(IdKind kind, int index) {
        return idOrNowhere(kind, request.pathValue(index));
    }

    static Id idOrNowhere(IdKind kind, String text) {
        Id id = Id.parse(kind, text);
        return id == null ? new Id(kind, -1, -1) : id;
    }

    @Nullable
    String ifMatch() {
        return request.headers().ifMatch();
    }

    @Nullable
    String ifNoneMatch() {
        return request.headers().ifNoneMatch();
    }

    /** How long the caller would wait, by the query or by the preference. */
    int waitSeconds() {
        Long asked = query.whole("wait", 1, Limits.WAIT_SECONDS_MAX);
        return asked == null ? Preferences.waitSeconds(request.headers().prefer()) : asked.intValue();
    }

    /** The id in a member of the body; null if it is absent, an id that nothing has if it is none. */
    @Nullable
    Id idMember(String name, IdKind kind) {
        JsonValue value = body.any(name);
        if (value == null) {
            return null;
        }
        if (value instanceof JsonValue.Text text) {
            return idOrNowhere(kind, text.value());
        }
        body.wrongType(name, "an id " + kind.prefix() + "_…", value);
        return null;
    }

    /** The page that is asked for, of a list with these filters. */
    PageRequest page(boolean oldestFirst) {
        Long limit = query.whole("limit", 1, Limits.PAGE_ITEMS_MAX);
        String filter = request.path() + "?" + query.filter();
        String cursor = query.text("cursor");
        long edge = oldestFirst ? -1 : Long.MAX_VALUE;
        if (cursor != null) {
            edge = Cursors.read(cursor, filter);
            if (edge == Cursors.INVALID) {
                query.cursorIsInvalid();
            }
        }
        return new PageRequest(limit == null ? Limits.PAGE_ITEMS_DEFAULT : limit.intValue(), edge, oldestFirst, filter);
    }

    /** A command, if nothing was wrong with its arguments; refuses with everything that was. */
    <T> T checked(T command) {
        query.check();
        body.end();
        if (!errors.isEmpty()) {
            throw new Refused(Refusal.of(
                    ProblemCode.VALIDATION_FAILED,
                    "Expected a valid body, but there "
                            + (errors.size() == 1 ? "is 1 error" : "are " + errors.size() + " errors")
                            + "; each is listed with where it stands.",
                    List.copyOf(errors)));
        }
        return command;
    }

    private static JsonValue.Obj object(Request request, Query query) {
        Operation.Body kind = request.operation().body();
        if (kind == Operation.Body.NONE) {
            return NO_MEMBERS;
        }
        String error = request.parseError();
        if (error != null) {
            throw Refused.of(ProblemCode.MALFORMED_REQUEST, error);
        }
        JsonValue json = request.json();
        if (json == null) {
            if (kind == Operation.Body.OPTIONAL) {
                return NO_MEMBERS;
            }
            throw Refused.of(
                    ProblemCode.MALFORMED_REQUEST, "Expected a JSON object as the body, but there is no body.");
        }
        if (json instanceof JsonValue.Obj object) {
            return object;
        }
        query.check();
        String detail = "Expected a JSON object as the body, but got " + json.kind() + ".";
        throw new Refused(Refusal.of(
                ProblemCode.VALIDATION_FAILED,
                detail,
                List.of(new ProblemError(ProblemError.Source.POINTER, "", "invalid_type", detail))));
    }

    /** Adds an error anywhere in the body. */
    void error(String pointer, String code, String detail) {
        errors.add(new ProblemError(ProblemError.Source.POINTER, pointer, code, detail));
    }

    /** An object member in compact form; empty if it is absent. */
    byte[] objectMember(String name) {
        JsonValue.Obj object = body.object(name);
        return object == null ? "{}".getBytes(StandardCharsets.US_ASCII) : JsonBytes.compact(object);
    }

    /** The parameters of a query, decoded. */
    static final class Query {
        private final Map<String, String> values = new TreeMap<>();
        private final List<ProblemError> errors = new ArrayList<>();
        private boolean cursorInvalid;

        static Query of(@Nullable String text, List<String> known) {
            Query query = new Query();
            if (text != null && !text.isEmpty()) {
                for (String pair : text.split("&", -1)) {
                    query.add(pair, known);
                }
            }
            return query;
        }

        private void add(String pair, List<String> known) {
            int equals = pair.indexOf('=');
            String name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
            String value = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true);
            if (name == null || value == null) {
                error(name == null ? "" : name, "malformed", "Expected a percent-encoded UTF-8 value, but it is none.");
                return;
            }
            boolean isKnown = known.contains(name) || name.startsWith("metadata.") && known.contains("metadata.*");
            if (!isKnown) {
                error(
                        name,
                        "unknown_parameter",
                        known.isEmpty()
                                ? "Expected no query parameters, but there is one."
                                : "Expected one of " + String.join(", ", known) + ", but it is none of them.");
            } else if (values.putIfAbsent(name, value) != null) {
                error(name, "repeated", "Expected the parameter once, but it is there more than once.");
            }
        }

        @Nullable
        String text(String name) {
            return values.get(name);
        }

        Map<String, String> values() {
            return values;
        }

        @Nullable
        Long whole(String name, long least, long most) {
            String text = values.get(name);
            if (text == null) {
                return null;
            }
            boolean number = text.matches("\\d{1,18}");
            long value = number ? Long.parseLong(text) : -1;
            if (!number || value < least || value > most) {
                error(
                        name,
                        "out_of_range",
                        "Expected a whole number from " + least + " to " + most + ", but it is none.");
                return null;
            }
            return value;
        }

        @Nullable
        String oneOf(String name, List<String> words) {
            String text = values.get(name);
            if (text != null && !words.contains(text)) {
                error(
                        name,
                        "invalid_value",
                        "Expected one of " + String.join(", ", words) + ", but it is none of them.");
                return null;
            }
            return text;
        }

        boolean truth(String name) {
            return "true".equals(oneOf(name, List.of("true", "false")));
        }

        @Nullable
        Long time(String name) {
            String text = values.get(name);
            Long millis = text == null ? null : Times.parse(text);
            if (text != null && millis == null) {
                error(
                        name,
                        "invalid_format",
                        "Expected an RFC 3339 time such as 2025-01-01T00:00:00.000Z, but it is none.");
            }
            return millis;
        }

        /** An id; an id that nothing has where the text is none. */
        @Nullable
        Id id(String name, IdKind kind) {
            String text = values.get(name);
            return text == null ? null : idOrNowhere(kind, text);
        }

        /** An id that has to be one. */
        @Nullable
        Id strictId(String name, IdKind kind) {
            String text = values.get(name);
            Id id = text == null ? null : Id.parse(kind, text);
            if (text != null && id == null) {
                error(name, "invalid_format", "Expected an id " + kind.prefix() + "_…, but it is none.");
            }
            return id;
        }

        void error(String name, String code, String detail) {
            errors.add(new ProblemError(ProblemError.Source.PARAMETER, name, code, detail));
        }

        void cursorIsInvalid() {
            cursorInvalid = true;
        }

        /** The filters, without what only picks the page. */
        String filter() {
            StringBuilder filter = new StringBuilder();
            values.forEach((name, value) -> {
                if (!name.equals("cursor") && !name.equals("limit")) {
                    filter.append(name).append('=').append(value).append('&');
                }
            });
            return filter.toString();
        }

        void check() {
            if (!errors.isEmpty()) {
                throw new Refused(Refusal.of(
                        ProblemCode.PARAMETER_INVALID,
                        "Expected valid query parameters, but they are not.",
                        List.copyOf(errors)));
            }
            if (cursorInvalid) {
                String detail =
                        "Expected a cursor that this list gave out for the same filters, but it is none; start without one.";
                throw new Refused(Refusal.of(
                        ProblemCode.CURSOR_INVALID,
                        detail,
                        List.of(new ProblemError(ProblemError.Source.PARAMETER, "cursor", "invalid", detail))));
            }
        }
    }
}
