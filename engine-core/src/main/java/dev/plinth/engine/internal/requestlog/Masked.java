package dev.plinth.engine.internal.requestlog;

import java.util.regex.Pattern;

/**
 * Hides the secrets of API keys and webhook endpoints in the texts of an entry. A caller may have put one into a path or
 * a wrong value, and an error repeats such values.
 */
final class Masked {
    private static final Pattern SECRET = Pattern.compile("((?:[rs]k_(?:live|test)|whsec)_)[0-9A-Za-z+/=]+");

    private Masked() {}

    /** Returns a text with its secrets cut to their prefixes. */
    static String of(String text) {
        return text.contains("k_") || text.contains("whsec_")
                ? SECRET.matcher(text).replaceAll("$1…")
                : text;
    }
}
