package dev.plinth.engine.internal.base.problem;

import java.util.regex.Pattern;

/** Cuts the secrets of keys and endpoints in a text to their prefixes. A caller may have put one into a path or a value. */
public final class CutSecrets {
    private static final Pattern SECRET = Pattern.compile("((?:[rs]k_(?:live|test)|whsec)_)[0-9A-Za-z+/=]+");
    private static final String CUT = "…";

    private CutSecrets() {}

    /** Returns a text without its secrets. */
    public static String in(String text) {
        return text.contains("k_") || text.contains("whsec_")
                ? SECRET.matcher(text).replaceAll("$1" + CUT)
                : text;
    }

    /** Returns a path without its secrets. It ends before the first escape, because a secret may be percent-encoded. */
    public static String inPath(String path) {
        int escape = path.indexOf('%');
        return in(escape < 0 ? path : path.substring(0, escape) + CUT);
    }
}
