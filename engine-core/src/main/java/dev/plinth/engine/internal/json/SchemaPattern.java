package dev.plinth.engine.internal.json;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import dev.plinth.engine.internal.base.Limits;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A regular expression of a schema that gives up after a limited number of steps. The
 * pattern is the host's, but the text may come from an attacker, and some patterns take exponential time on some texts.
 * All texts of one value share the steps, because a value may have many. The validator does not name the value of a
 * text, so the steps are counted for each thread.
 */
final class SchemaPattern implements RegularExpression {
    static final RegularExpressionFactory FACTORY = SchemaPattern::new;

    /**
     * The steps that are left for the value of a thread, in an array of one. A type of the JDK, so that no thread of the
     * host holds classes of a closed engine.
     */
    private static final ThreadLocal<int[]> STEPS = new ThreadLocal<>();

    private final Pattern pattern;

    private SchemaPattern(String regex) {
        this.pattern = Pattern.compile(EcmaPattern.translated(regex));
    }

    /** Checks one value on this thread. All its patterns share one number of steps. */
    static <T> T bounded(Supplier<T> check) {
        STEPS.set(allSteps());
        try {
            return check.get();
        } finally {
            STEPS.remove();
        }
    }

    @Override
    public boolean matches(String text) {
        int[] shared = STEPS.get();
        try {
            return pattern.matcher(new CountedText(text, shared == null ? allSteps() : shared))
                    .find();
        } catch (StackOverflowError e) {
            throw new TooCostly();
        }
    }

    private static int[] allSteps() {
        return new int[] {Limits.SCHEMA_PATTERN_STEPS_MAX};
    }

    /** A text that counts how often it is read. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private final int[] stepsLeft;

        CountedText(String text, int[] stepsLeft) {
            this.text = text;
            this.stepsLeft = stepsLeft;
        }

        @Override
        public char charAt(int index) {
            if (stepsLeft[0] == 0) {
                throw new TooCostly();
            }
            stepsLeft[0]--;
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

    /**
     * Tells that a value took more steps than its patterns may. An error, because the validator writes each runtime
     * exception with the text to the host's log.
     */
    static final class TooCostly extends Error {
        private static final long serialVersionUID = 1L;

        TooCostly() {
            super("its patterns took more than " + Limits.SCHEMA_PATTERN_STEPS_MAX + " steps", null, false, false);
        }
    }
}
