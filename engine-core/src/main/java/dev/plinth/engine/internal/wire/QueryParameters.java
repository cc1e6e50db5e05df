package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.base.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Takes the parameters out of a query and collects what is wrong with them. Not thread-safe. */
final class QueryParameters {
    /** How a parameter starts that filters by a pair of metadata; the key of the pair follows. */
    static final String METADATA = "metadata.";

    /** Stands for all of them in the route table. */
    static final String ANY_METADATA = METADATA + "*";

    private final Map<String, String> values;
    private List<ProblemError> errors = List.of();
    private boolean cursorInvalid;

    private QueryParameters(Map<String, String> values) {
        this.values = values;
    }

    static QueryParameters of(@Nullable String text, List<String> known) {
        if (text == null || text.isEmpty()) {
            return new QueryParameters(Map.of());
        }
        QueryParameters query = new QueryParameters(new TreeMap<>());
        for (String pair : text.split("&", -1)) {
            if (!pair.isEmpty()) {
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
        boolean isKnown = isMetadata(name) ? known.contains(ANY_METADATA) : known.contains(name);
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

    /** True if a parameter filters by a pair of metadata: its name has a key behind the prefix. */
    static boolean isMetadata(String name) {
        return name.length() > METADATA.length() && name.startsWith(METADATA);
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
            error(name, "out_of_range", "Expected a whole number from " + least + " to " + most + ", but it is none.");
            return null;
        }
        return value;
    }

    @Nullable
    String oneOf(String name, List<String> words) {
        String text = values.get(name);
        if (text != null && !words.contains(text)) {
            error(name, "invalid_value", "Expected one of " + String.join(", ", words) + ", but it is none of them.");
            return null;
        }
        return text;
    }

    boolean truth(String name) {
        return "true".equals(oneOf(name, List.of("true", "false")));
    }

    /** The millisecond that a time is in; with {@code up} the next one, unless the time is one. */
    @Nullable
    Long time(String name, boolean up) {
        String text = values.get(name);
        Long millis = text == null ? null : up ? Times.parseUp(text) : Times.parse(text);
        if (text != null && millis == null) {
            error(
                    name,
                    "invalid_format",
                    "Expected an RFC 3339 time such as 2025-01-01T00:00:00.000Z, but it is none"
                            + (text.indexOf(' ') < 0 ? "." : "; write + as %2B."));
        }
        return millis;
    }

    /** An id; an id that nothing has where the text is none. */
    @Nullable
    Id id(String name, IdKind kind) {
        String text = values.get(name);
        return text == null ? null : Input.idOrNowhere(kind, text);
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
        errors = errors.isEmpty() ? new ArrayList<>() : errors;
        if (errors.size() < Limits.ERRORS_MAX) {
            errors.add(new ProblemError(ProblemError.Source.PARAMETER, name, code, detail));
        }
    }

    void cursorIsInvalid() {
        cursorInvalid = true;
    }

    /** The filters, without what only picks the page; no value can spell another filter. */
    String filter() {
        StringBuilder filter = new StringBuilder();
        values.forEach((name, value) -> {
            if (!name.equals("cursor") && !name.equals("limit")) {
                filter.append(name)
                        .append('=')
                        .append(value.length())
                        .append(':')
                        .append(value)
                        .append('&');
            }
        });
        return filter.toString();
    }

    void check() {
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.PARAMETER_INVALID,
                    "Expected valid query parameters, but they are not.",
                    List.copyOf(errors)));
        }
        if (cursorInvalid) {
            String detail =
                    "Expected a cursor that this list gave out for the same filters, but it is none; start without one.";
            throw new RefusedException(Refusal.of(
                    ProblemCode.CURSOR_INVALID,
                    detail,
                    List.of(new ProblemError(ProblemError.Source.PARAMETER, "cursor", "invalid", detail))));
        }
    }
}
