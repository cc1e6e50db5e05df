package dev.plinth.engine.internal.base;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The types of events that an endpoint, a list or a stream accepts: names such as {@code resource.updated}, and
 * prefixes such as {@code resource.*}. Without any it accepts all types. Immutable.
 *
 * @param patterns names and prefixes
 */
public record EventTypes(List<String> patterns) {
    /** Accepts all types. */
    public static final EventTypes ALL = new EventTypes(List.of());

    /** The grammar of a type, which has at most {@link Limits#EVENT_TYPE_LENGTH_MAX} characters. */
    public static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*");

    /** The grammar of a name or a prefix, with the same limit. */
    public static final Pattern NAME_OR_PREFIX = Pattern.compile(NAME + "(\\.\\*)?");

    private static final String ANY_REST = ".*";

    public EventTypes {
        patterns = List.copyOf(patterns);
    }

    /** Returns true if a text can be the name of a type, or a prefix. */
    public static boolean isNameOrPrefix(String text) {
        // The length comes first, because the pattern's stack grows with the text.
        return text.length() <= Limits.EVENT_TYPE_LENGTH_MAX
                && NAME_OR_PREFIX.matcher(text).matches();
    }

    /** Returns true if a pattern stands for all types that start with it. */
    public static boolean isPrefix(String pattern) {
        return pattern.endsWith(ANY_REST);
    }

    /** Returns the words of a prefix, without the part that stands for all further ones. */
    public static String words(String prefix) {
        return prefix.substring(0, prefix.length() - ANY_REST.length());
    }

    /** Returns the first word of a type, name or prefix that has several words, or an empty text for one word. */
    public static String family(String type) {
        int dot = type.indexOf('.');
        return dot < 0 ? "" : type.substring(0, dot);
    }

    /** Returns true if every type is accepted. */
    public boolean areAll() {
        return patterns.isEmpty();
    }

    /** Returns true if events of a type are accepted. */
    public boolean take(String type) {
        return patterns.isEmpty() || matchesAny(patterns, type);
    }

    private static boolean matchesAny(List<String> patterns, String type) {
        for (int i = 0; i < patterns.size(); i++) {
            if (matches(patterns.get(i), type)) {
                return true;
            }
        }
        return false;
    }

    /** Returns true if a type is the one that a pattern names, or starts with its prefix. */
    public static boolean matches(String pattern, String type) {
        int prefix = pattern.length() - 1;
        return isPrefix(pattern) ? type.regionMatches(0, pattern, 0, prefix) : pattern.equals(type);
    }
}
