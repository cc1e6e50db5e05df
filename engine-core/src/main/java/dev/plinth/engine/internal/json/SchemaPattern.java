package dev.plinth.engine.internal.json;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import dev.plinth.engine.internal.base.Limits;
import java.util.regex.Pattern;

/**
 * A regular expression of a schema, with the syntax of the JDK, that gives up after a bounded number of steps: the pattern is the
 * host's, but the text is anybody's, and some patterns take exponential time on some texts.
 */
final class SchemaPattern implements RegularExpression {
    static final RegularExpressionFactory FACTORY = SchemaPattern::new;

    private final Pattern pattern;

    private SchemaPattern(String regex) {
        // In ECMA-262, by which schemas are written, a dollar is the end and not also the place before a last line
        // break.
        boolean ends = regex.endsWith("$") && !regex.endsWith("\\$");
        this.pattern = Pattern.compile(ends ? regex.substring(0, regex.length() - 1) + "\\z" : regex);
    }

    @Override
    public boolean matches(String text) {
        try {
            return pattern.matcher(new CountedText(text)).find();
        } catch (StackOverflowError e) {
            throw new TooCostly();
        }
    }

    /** A text that counts how often it is looked at. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int left = Limits.SCHEMA_PATTERN_STEPS_MAX;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooCostly();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Says that a text took more steps than a pattern may. */
    static final class TooCostly extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooCostly() {
            super("a pattern took more than " + Limits.SCHEMA_PATTERN_STEPS_MAX + " steps", null, false, false);
        }
    }
}
