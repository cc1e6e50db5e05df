package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** References in a call of a batch to members of earlier answers, such as {@code {{0.id}}}. */
public final class BatchReferences {
    private static final Pattern ONE = Pattern.compile("\\{\\{([0-9]+)\\.([^{}]+)}}");

    private static final Pattern INDEX = Pattern.compile("[0-9]{1,9}");
    private static final int NO_INDEX = -1;

    /** The path of a call. */
    static final Place PATH = Place.of("path");

    /** The body of a call. */
    public static final Place BODY = Place.of("body");

    private BatchReferences() {}

    /** A place in a call. Its pointer is made only when it is asked for, because a name around many places may be long. */
    public static final class Place {
        private final @Nullable Place outer;
        private final String name;
        private final int index;

        private Place(@Nullable Place outer, String name, int index) {
            this.outer = outer;
            this.name = name;
            this.index = index;
        }

        /** Returns a member of the call itself. */
        static Place of(String name) {
            return new Place(null, name, NO_INDEX);
        }

        Place member(String inner) {
            return new Place(this, inner, NO_INDEX);
        }

        Place item(int i) {
            return new Place(this, "", i);
        }

        /** Returns its JSON Pointer from the call. */
        public String pointer() {
            StringBuilder pointer = new StringBuilder();
            print(pointer);
            return pointer.toString();
        }

        private void print(StringBuilder pointer) {
            if (outer != null) {
                outer.print(pointer);
            }
            pointer.append('/');
            if (index == NO_INDEX) {
                pointer.append(name.replace("~", "~0").replace("/", "~1"));
            } else {
                pointer.append(index);
            }
        }
    }

    /**
     * A reference.
     *
     * @param at the place of the string that has it
     * @param operation the operation to whose answer it refers, from 0; the largest number if its digits are too many
     * @param member the member of that answer
     * @param text the reference as it is written
     */
    public record Reference(Place at, int operation, String member, String text) {}

    /** Adds the references in the values of a path. */
    public static void findInPath(List<String> pathValues, List<Reference> found) {
        for (String value : pathValues) {
            Matcher matcher = ONE.matcher(value);
            while (matcher.find()) {
                found.add(reference(PATH, matcher));
            }
        }
    }

    /** Adds the references in a body, each of which is a whole string. */
    public static void findInBody(@Nullable JsonValue value, Place at, List<Reference> found) {
        if (value instanceof JsonValue.Obj object) {
            object.members().forEach((name, member) -> findInBody(member, at.member(name), found));
        } else if (value instanceof JsonValue.Arr array) {
            for (int i = 0; i < array.items().size(); i++) {
                findInBody(array.items().get(i), at.item(i), found);
            }
        } else {
            Reference reference = whole(value, at);
            if (reference != null) {
                found.add(reference);
            }
        }
    }

    public static List<String> resolvePath(List<String> pathValues, Function<Reference, String> values) {
        List<String> resolved = new ArrayList<>(pathValues.size());
        for (String value : pathValues) {
            resolved.add(ONE.matcher(value)
                    .replaceAll(match -> Matcher.quoteReplacement(values.apply(reference(PATH, match)))));
        }
        return resolved;
    }

    /** Returns a body with the values of its references. Parts without a reference stay the same objects. */
    public static JsonValue resolveBody(JsonValue body, Function<Reference, String> values) {
        JsonValue replaced = replaced(body, BODY, values);
        return replaced == null ? body : replaced;
    }

    /** Returns a value with the values of its references, or null if it has no reference. */
    private static @Nullable JsonValue replaced(JsonValue value, Place at, Function<Reference, String> values) {
        if (value instanceof JsonValue.Obj object) {
            Map<String, JsonValue> members = null;
            for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
                JsonValue replaced = replaced(member.getValue(), at.member(member.getKey()), values);
                if (replaced != null) {
                    members = members == null ? new LinkedHashMap<>(object.members()) : members;
                    members.put(member.getKey(), replaced);
                }
            }
            return members == null ? null : new JsonValue.Obj(members);
        }
        if (value instanceof JsonValue.Arr array) {
            List<JsonValue> items = null;
            for (int i = 0; i < array.items().size(); i++) {
                JsonValue replaced = replaced(array.items().get(i), at.item(i), values);
                if (replaced != null) {
                    items = items == null ? new ArrayList<>(array.items()) : items;
                    items.set(i, replaced);
                }
            }
            return items == null ? null : new JsonValue.Arr(items);
        }
        Reference reference = whole(value, at);
        return reference == null ? null : new JsonValue.Text(values.apply(reference));
    }

    /** Returns true if there is a reference at a JSON Pointer into a body, or below it. */
    public static boolean isAt(@Nullable JsonValue body, String pointer) {
        JsonValue value = body;
        for (String token :
                pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
            if (value instanceof JsonValue.Obj object) {
                value = object.get(token.replace("~1", "/").replace("~0", "~"));
            } else if (value instanceof JsonValue.Arr array
                    && INDEX.matcher(token).matches()) {
                int index = Integer.parseInt(token);
                value = index < array.items().size() ? array.items().get(index) : null;
            } else {
                value = null;
            }
        }
        List<Reference> found = new ArrayList<>();
        findInBody(value, BODY, found);
        return !found.isEmpty();
    }

    /** Returns the reference that a value as a whole is, or null. */
    private static @Nullable Reference whole(@Nullable JsonValue value, Place at) {
        if (value instanceof JsonValue.Text text && text.value().startsWith("{{")) {
            Matcher matcher = ONE.matcher(text.value());
            return matcher.matches() ? reference(at, matcher) : null;
        }
        return null;
    }

    private static Reference reference(Place at, MatchResult match) {
        String digits = match.group(1);
        int operation = INDEX.matcher(digits).matches() ? Integer.parseInt(digits) : Integer.MAX_VALUE;
        return new Reference(at, operation, match.group(2), match.group());
    }
}
