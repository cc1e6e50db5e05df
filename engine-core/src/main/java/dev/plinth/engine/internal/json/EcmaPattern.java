package dev.plinth.engine.internal.json;

import dev.plinth.engine.internal.base.problem.Quoted;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Translates a regular expression of ECMA-262 with the flag {@code u}, the syntax of schemas, into one of the JDK. What
 * the two write alike and mean differently gets the meaning of ECMA-262. What only the JDK knows is refused.
 *
 * <p>A character without a meaning of its own may have a backslash, and a lone brace stands for itself, as without the
 * flag. One text is read once, from its start to its end.
 */
final class EcmaPattern {
    private static final String SPACE =
            "\\t\\n\\x0B\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
    private static final String WORD = "a-zA-Z0-9_";
    private static final String EDGE =
            "(?:(?<=[" + WORD + "])(?![" + WORD + "])|(?<![" + WORD + "])(?=[" + WORD + "]))";
    private static final String NO_EDGE =
            "(?:(?<=[" + WORD + "])(?=[" + WORD + "])|(?<![" + WORD + "])(?![" + WORD + "]))";

    private final String regex;
    private final StringBuilder out = new StringBuilder();
    private final Map<String, String> names = new LinkedHashMap<>();
    private int at;
    private boolean repeats;

    private EcmaPattern(String regex) {
        this.regex = regex;
    }

    /**
     * Returns the pattern in the JDK's syntax.
     *
     * @throws PatternSyntaxException if the pattern is none of ECMA-262
     */
    static String translated(String regex) {
        EcmaPattern pattern = new EcmaPattern(regex);
        while (pattern.at < regex.length()) {
            pattern.term();
        }
        return pattern.out.toString();
    }

    private void term() {
        char c = regex.charAt(at++);
        boolean repeatable = true;
        switch (c) {
            case '\\' -> repeatable = escape(false);
            case '[' -> characterClass();
            case '(' -> {
                group();
                repeatable = false;
            }
            case '.' -> out.append("[^\\n\\r\\u2028\\u2029]");
            case '$' -> {
                out.append("\\z");
                repeatable = false;
            }
            case '^', '|' -> {
                out.append(c);
                repeatable = false;
            }
            case '*', '+', '?' -> {
                quantifier(String.valueOf(c));
                repeatable = false;
            }
            case '{' -> repeatable = !braces();
            case '}', ']' -> out.append('\\').append(c);
            case ')' -> out.append(c);
            default -> literal(c);
        }
        repeats = repeatable;
    }

    /** Takes a quantifier. A second one behind it is none of ECMA-262, but possessive in the JDK. */
    private void quantifier(String written) {
        if (!repeats) {
            throw refused("it repeats nothing");
        }
        out.append(written);
        if (next('?')) {
            out.append('?');
        }
    }

    /** Takes {@code {n}}, {@code {n,}} or {@code {n,m}}, or a brace that stands for itself. */
    private boolean braces() {
        int end = regex.indexOf('}', at);
        String bounds = end < 0 ? "" : regex.substring(at, end);
        if (bounds.matches("[0-9]{1,9}(,[0-9]{0,9})?")) {
            at = end + 1;
            quantifier("{" + bounds + "}");
            return true;
        }
        out.append("\\{");
        return false;
    }

    private void group() {
        out.append('(');
        if (!next('?')) {
            return;
        }
        out.append('?');
        if (regex.startsWith("<=", at) || regex.startsWith("<!", at)) {
            out.append(regex, at, at + 2);
            at += 2;
        } else if (next('<')) {
            out.append('<').append(groupName()).append('>');
        } else if (next(':') || next('=') || next('!')) {
            out.append(regex.charAt(at - 1));
        } else {
            throw refused("it has (? with what is no group of ECMA-262");
        }
    }

    /** Returns the name in the JDK for a group: names there have letters and digits only. */
    private String groupName() {
        String name = upTo('>');
        return names.computeIfAbsent(name, unused -> "g" + names.size());
    }

    /** Takes what follows a backslash, and tells whether it may be repeated. */
    private boolean escape(boolean inClass) {
        if (at == regex.length()) {
            throw refused("it ends with a backslash");
        }
        char c = regex.charAt(at++);
        @Nullable String set = set(c);
        if (set != null) {
            out.append(set);
        } else if (c == 'b' || c == 'B') {
            return edge(c, inClass);
        } else if (c == 'k' && !inClass && next('<')) {
            out.append("\\k<").append(groupName()).append('>');
        } else if (c >= '1' && c <= '9' && !inClass) {
            out.append('\\').append(c);
            while (at < regex.length() && isDigit(regex.charAt(at))) {
                out.append(regex.charAt(at++));
            }
            out.append("(?:)");
            return false;
        } else {
            character(c);
        }
        return true;
    }

    private boolean edge(char c, boolean inClass) {
        if (!inClass) {
            out.append(c == 'b' ? EDGE : NO_EDGE);
        } else if (c == 'b') {
            out.append("\\x08");
        } else {
            throw refused("it has \\B in brackets");
        }
        return inClass;
    }

    /** Returns a set of characters that has a letter of its own, or null. */
    private @Nullable String set(char c) {
        return switch (c) {
            case 'd' -> "[0-9]";
            case 'D' -> "[^0-9]";
            case 'w' -> "[" + WORD + "]";
            case 'W' -> "[^" + WORD + "]";
            case 's' -> "[" + SPACE + "]";
            case 'S' -> "[^" + SPACE + "]";
            case 'p', 'P' -> {
                if (!next('{')) {
                    throw refused("it has \\" + c + " without {…}");
                }
                String property = upTo('}');
                @Nullable String translated = UnicodeProperties.translated(property);
                if (translated == null) {
                    throw refused("it has \\" + c + "{" + property + "}, which is no property that is known here");
                }
                yield "\\" + c + "{" + translated + "}";
            }
            default -> null;
        };
    }

    /** Takes an escape that stands for one character. */
    private void character(char c) {
        switch (c) {
            case 't', 'n', 'f', 'r' -> out.append('\\').append(c);
            case 'v' -> out.append("\\x0B");
            case '0' -> out.append("\\x00");
            case 'c' -> control();
            case 'x' -> out.append("\\x").append(hexadecimal(2));
            case 'u' -> {
                if (next('{')) {
                    out.append("\\x{").append(codePoint(upTo('}'))).append('}');
                } else {
                    out.append("\\u").append(hexadecimal(4));
                }
            }
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw refused("it has \\" + c + ", which ECMA-262 does not know");
                }
                literal(c);
            }
        }
    }

    private void control() {
        char letter = at < regex.length() ? regex.charAt(at++) : ' ';
        if (!(letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z')) {
            throw refused("it has \\c without a letter");
        }
        out.append(String.format("\\x%02X", letter % 32));
    }

    private String hexadecimal(int digits) {
        String found = regex.substring(at, Math.min(regex.length(), at + digits));
        if (!found.matches("[0-9a-fA-F]{" + digits + "}")) {
            throw refused("it has an escape with less than " + digits + " hexadecimal digits");
        }
        at += digits;
        return found;
    }

    private String codePoint(String digits) {
        if (!digits.matches("0*[0-9a-fA-F]{1,6}") || Integer.parseInt(digits, 16) > Character.MAX_CODE_POINT) {
            throw refused("it has \\u{" + digits + "}, which is no code point");
        }
        return digits;
    }

    /** Takes a class in brackets. In the JDK's, brackets and ampersands have a meaning of their own. */
    private void characterClass() {
        boolean not = next('^');
        if (next(']')) {
            out.append(not ? "[\\x{0}-\\x{10FFFF}]" : "(?!)");
            return;
        }
        out.append(not ? "[^" : "[");
        boolean mayBegin = false;
        while (!next(']')) {
            if (at == regex.length()) {
                throw refused("it has a [ without a ]");
            }
            mayBegin = member(mayBegin);
        }
        out.append(']');
    }

    /** Takes one member of a class. A hyphen is a range only behind a character that may begin one. */
    private boolean member(boolean mayBegin) {
        int before = out.length();
        char c = regex.charAt(at++);
        if (c == '\\') {
            escape(true);
            boolean set = out.charAt(before) == '['
                    || out.indexOf("\\p", before) == before
                    || out.indexOf("\\P", before) == before;
            return !set;
        }
        if (c == '-' && mayBegin && at < regex.length() && regex.charAt(at) != ']') {
            out.append('-');
            return false;
        }
        literal(c);
        return true;
    }

    private void literal(char c) {
        if (c < 128 && !Character.isLetterOrDigit(c) && c > ' ') {
            out.append('\\');
        }
        out.append(c);
    }

    private boolean next(char c) {
        boolean there = at < regex.length() && regex.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private String upTo(char end) {
        int found = regex.indexOf(end, at);
        if (found < 0) {
            throw refused("it lacks a " + end);
        }
        String between = regex.substring(at, found);
        at = found + 1;
        return between;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private PatternSyntaxException refused(String why) {
        return new PatternSyntaxException(
                "the pattern " + Quoted.of(regex) + " must be a regular expression of ECMA-262, and " + why, regex, -1);
    }
}
