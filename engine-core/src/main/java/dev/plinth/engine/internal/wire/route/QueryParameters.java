package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.api.NearestName;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.shape.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of a query and collects their errors. Not thread-safe. */
public final class QueryParameters {
    /** The prefix of a parameter that filters by a pair of metadata. The key of the pair follows. */
    public static final String METADATA = "metadata.";

    private static final String ANY_METADATA = METADATA + "*";

    /** All parameters with the prefix, as one in the route table. */
    public static final Parameter<String> METADATA_PAIR =
            Parameter.text(ANY_METADATA, "Shows resources with this pair of metadata.");

    static final Parameter<Integer> LIMIT = Parameter.whole("limit", 1, Limits.PAGE_ITEMS_MAX, "The items of a page.")
            .withDefault(Limits.PAGE_ITEMS_DEFAULT);
    public static final Parameter<String> CURSOR =
            Parameter.text("cursor", "The nextCursor of the page before. The first page has none.");
    public static final Parameter<Integer> WAIT =
            Parameter.whole("wait", 1, Limits.WAIT_SECONDS_MAX, "The seconds to wait for a change.");

    private final Map<String, String> values;
    private List<ProblemError> errors = List.of();
    private boolean cursorInvalid;

    private QueryParameters(Map<String, String> values) {
        this.values = values;
    }

    static QueryParameters of(@Nullable String text, List<Parameter<?>> known) {
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

    private void add(String pair, List<Parameter<?>> known) {
        int equals = pair.indexOf('=');
        String name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
        String value = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true);
        if (name == null || value == null) {
            error(
                    name == null ? "" : name,
                    "malformed",
                    "The query must be percent-encoded UTF-8, and this part is not. Encode it again.");
            return;
        }
        if (!isAmong(known, isMetadata(name) ? ANY_METADATA : name)) {
            error(
                    name,
                    "unknown_parameter",
                    unknown(name, known.stream().map(Parameter::name).toList()));
        } else if (values.putIfAbsent(name, value) != null) {
            error(name, "repeated", "Parameter " + Quoted.of(name) + " is repeated. Send it once.");
        }
    }

    private static String unknown(String name, List<String> known) {
        String nearest = NearestName.of(name, known).orElse(null);
        String next = nearest == null
                ? "Use one of " + String.join(", ", known) + "."
                : "The nearest name is " + nearest + ".";
        return "Unknown parameter " + Quoted.of(name) + ". "
                + (known.isEmpty() ? "Leave it out, because this route has none." : next);
    }

    private static boolean isAmong(List<Parameter<?>> known, String name) {
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i).name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Returns true if a parameter filters by a pair of metadata. */
    public static boolean isMetadata(String name) {
        return name.length() > METADATA.length() && name.startsWith(METADATA);
    }

    /** Returns the value of a parameter; null if it is absent or wrong. */
    public <T> @Nullable T find(Parameter<T> parameter) {
        String text = values.get(parameter.name());
        return text == null
                ? null
                : parameter.reader().read(text, (code, detail) -> error(parameter.name(), code, detail));
    }

    public Map<String, String> values() {
        return values;
    }

    public void error(String name, String code, String detail) {
        errors = errors.isEmpty() ? new ArrayList<>() : errors;
        if (errors.size() < Limits.ERRORS_MAX) {
            errors.add(ProblemError.of(ProblemError.Source.PARAMETER, name, code, detail));
        }
    }

    void cursorIsInvalid() {
        cursorInvalid = true;
    }

    /** Returns the filters without cursor and limit, as text that no other filters have. */
    String filter() {
        StringBuilder filter = new StringBuilder();
        values.forEach((name, value) -> {
            if (!name.equals("cursor") && !name.equals("limit")) {
                if (isMetadata(name) && (name.indexOf('=') >= 0 || name.indexOf('&') >= 0)) {
                    filter.append(name.length()).append(':'); // its key is the caller's own text
                }
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
                    "The query has errors. Correct each of those listed.",
                    List.copyOf(errors)));
        }
        if (cursorInvalid) {
            String detail =
                    "cursor must be a nextCursor of this list with the same filters. Begin again without a cursor.";
            throw new RefusedException(Refusal.ofParameter(ProblemCode.CURSOR_INVALID, "cursor", "invalid", detail));
        }
    }
}
