package dev.plinth.engine.http.program;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the time of a lease, as an operator writes it. */
final class LeaseTime {
    /** The text of its range in messages and tables. */
    static final String RANGE = "500ms to 5m, such as 3s";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})(ms|s|m)");
    private static final Duration MIN = Duration.ofMillis(500);
    private static final Duration MAX = Duration.ofMinutes(5);

    private LeaseTime() {}

    /**
     * Reads a time such as {@code 3s}.
     *
     * @throws IllegalArgumentException if it has another form or is out of range
     */
    static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            long number = Long.parseLong(form.group(1));
            Duration time = switch (form.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                default -> Duration.ofMinutes(number);
            };
            if (time.compareTo(MIN) >= 0 && time.compareTo(MAX) <= 0) {
                return time;
            }
        }
        throw new IllegalArgumentException("The time must be " + RANGE + ", got " + text + ".");
    }
}
