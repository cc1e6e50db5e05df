package dev.plinth.engine.internal.base.problem;

import org.jspecify.annotations.Nullable;

/**
 * Spells a value of a caller for an error text: in quotes, shortened, and with escapes for characters that a reader would not
 * see. Values that may be secrets do not belong into a text, not even shortened.
 */
public final class Quoted {
    /** Code points of a value that a text repeats. */
    public static final int CHARACTERS_MAX = 40;

    private Quoted() {}

    /** Returns the value in quotes. Beyond {@link #CHARACTERS_MAX} code points it ends with {@code …}. */
    public static String of(@Nullable String value) {
        String text = value == null ? "" : value;
        StringBuilder quoted = new StringBuilder().append('"');
        int at = 0;
        for (int i = 0; i < CHARACTERS_MAX && at < text.length(); i++) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            append(quoted, point);
        }
        return quoted.append(at < text.length() ? "…\"" : "\"").toString();
    }

    /** Returns the beginning of a text of so many characters, or one less where that would halve a pair of surrogates. */
    public static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        boolean splits = Character.isHighSurrogate(text.charAt(length - 1));
        return text.substring(0, splits ? length - 1 : length);
    }

    private static void append(StringBuilder quoted, int point) {
        switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE -> quoted.append(String.format("U+%04X", point));
            default -> {
                if (point == '"') {
                    quoted.append('\\');
                }
                quoted.appendCodePoint(point);
            }
        }
    }
}
