package dev.plinth.engine.http.log;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts secrets in a text to their prefixes, also those of which some characters are percent-encoded, once or several
 * times.
 */
final class MaskedText {
    private static final Pattern SECRET =
            Pattern.compile("([sr]k_(?:live|test)_)[0-9A-Za-z%]+|(whsec_)[0-9A-Za-z+/=%]+");
    private static final String CUT = "...";

    /** How often a text is decoded. Each client or proxy on the way encodes once. */
    private static final int LEVELS_MAX = 8;

    private static final int ESCAPE_LENGTH = 3;

    private MaskedText() {}

    /** Returns the text without secrets. Its other parts stay as they are. */
    static String of(String text) {
        String masked = SECRET.matcher(text).replaceAll("$1$2" + CUT);
        Decoded decoded = Decoded.of(masked);
        for (int level = 0; level < LEVELS_MAX; level++) {
            Decoded next = decoded.decode();
            if (next == decoded) {
                return masked;
            }
            decoded = next;
            Matcher secret = SECRET.matcher(decoded.text);
            if (secret.find()) {
                // Cut here rather than on, because the characters behind may be its rest in another spelling.
                return masked.substring(0, decoded.starts[secret.start()])
                        + (secret.group(1) == null ? secret.group(2) : secret.group(1))
                        + CUT;
            }
        }
        return masked.substring(0, masked.indexOf('%')) + CUT;
    }

    /** A text that was decoded, with the place in the original of each of its characters. */
    private static final class Decoded {
        private final String text;
        private final int[] starts;

        private Decoded(String text, int[] starts) {
            this.text = text;
            this.starts = starts;
        }

        static Decoded of(String text) {
            int[] starts = new int[text.length()];
            for (int i = 0; i < starts.length; i++) {
                starts[i] = i;
            }
            return new Decoded(text, starts);
        }

        /** Returns the text decoded once more, or this if it has no escape. */
        Decoded decode() {
            StringBuilder decoded = new StringBuilder(text.length());
            int[] places = new int[text.length()];
            for (int i = 0; i < text.length(); ) {
                int character = escapedAt(i);
                places[decoded.length()] = starts[i];
                decoded.append(character < 0 ? text.charAt(i) : (char) character);
                i += character < 0 ? 1 : ESCAPE_LENGTH;
            }
            return decoded.length() == text.length() ? this : new Decoded(decoded.toString(), places);
        }

        /** Returns the character of the escape at an index, or -1. */
        private int escapedAt(int index) {
            if (text.charAt(index) != '%' || index + ESCAPE_LENGTH > text.length()) {
                return -1;
            }
            int high = Character.digit(text.charAt(index + 1), 16);
            int low = Character.digit(text.charAt(index + 2), 16);
            return high < 0 || low < 0 ? -1 : high * 16 + low;
        }
    }
}
