package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** References in a call of a batch to members of earlier answers, such as {@code {{0.id}}}. */
final class BatchReferences {
    private static final Pattern ONE = Pattern.compile("\\{\\{([0-9]{1,9})\\.([^{}]{1,100})}}");

    private BatchReferences() {}

    /**
     * A reference.
     *
     * @param at the JSON Pointer from the call to the string that has it
     * @param operation the operation to whose answer it refers, from 0
     * @param member the member of that answer
     * @param text the reference as it is written
     */
    record Reference(String at, int operation, String member, String text) {}

    /** Returns the value of a reference. Refuses one that has none. */
    @FunctionalInterface
    interface Values {
        /** Returns the value. */
        String of(Reference reference);
    }

    /** Adds the references in the values of a path. */
    static void findInPath(List<String> pathValues, List<Reference> found) {
        for (String value : pathValues) {
            Matcher matcher = ONE.matcher(value);
            while (matcher.find()) {
                found.add(reference("/path", matcher));
            }
        }
    }

    /** Adds the references in a body, each of which is a whole string. */
    static void findInBody(@Nullable JsonValue value, String at, List<Reference> found) {
        if (value instanceof JsonValue.Obj object) {
            object.members().forEach((name, member) -> findInBody(member, at + "/" + escaped(name), found));
        } else if (value instanceof JsonValue.Arr array) {
            for (int i = 0; i < array.items().size(); i++) {
                findInBody(array.items().get(i), at + "/" + i, found);
            }
        } else if (value instanceof JsonValue.Text text && text.value().startsWith("{{")) {
            Matcher matcher = ONE.matcher(text.value());
            if (matcher.matches()) {
                found.add(reference(at, matcher));
            }
        }
    }

    /** Returns the values of a path with the values of its references. */
    static List<String> resolvePath(List<String> pathValues, Values values) {
        List<String> resolved = new ArrayList<>(pathValues.size());
        for (String value : pathValues) {
            resolved.add(ONE.matcher(value)
                    .replaceAll(match -> Matcher.quoteReplacement(values.of(reference("/path", match)))));
        }
        return resolved;
    }

    /** Returns a body with the values of its references. */
    static JsonValue resolveBody(JsonValue value, String at, Values values) {
        if (value instanceof JsonValue.Obj object) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            object.members()
                    .forEach(
                            (name, member) -> members.put(name, resolveBody(member, at + "/" + escaped(name), values)));
            return new JsonValue.Obj(members);
        }
        if (value instanceof JsonValue.Arr array) {
            List<JsonValue> items = new ArrayList<>(array.items().size());
            for (int i = 0; i < array.items().size(); i++) {
                items.add(resolveBody(array.items().get(i), at + "/" + i, values));
            }
            return new JsonValue.Arr(items);
        }
        if (value instanceof JsonValue.Text text && text.value().startsWith("{{")) {
            Matcher matcher = ONE.matcher(text.value());
            return matcher.matches() ? new JsonValue.Text(values.of(reference(at, matcher))) : value;
        }
        return value;
    }

    private static Reference reference(String at, MatchResult match) {
        return new Reference(at, Integer.parseInt(match.group(1)), match.group(2), match.group());
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
