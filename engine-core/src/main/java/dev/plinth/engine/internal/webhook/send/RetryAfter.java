package dev.plinth.engine.internal.webhook.send;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how long a receiver asks not to be called, in both forms of RFC 9110 §10.2.3. */
final class RetryAfter {
    /** The digits of a number of seconds. With more digits it is longer than a schedule lasts. */
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private static final Pattern MORE_SECONDS = Pattern.compile("[0-9]{10,}");
    private static final long SECONDS_MAX = 999_999_999;
    private static final int FIRST_TWO_DIGIT_YEAR = 1970;

    /** The date formats, all of which a recipient must read; only the first is still written (RFC 9110 §5.6.7). */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, FIRST_TWO_DIGIT_YEAR)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.US)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC));

    private RetryAfter() {}

    /**
     * Returns the seconds from now on, or 0 for a past date. Returns null if the value is neither seconds nor a date.
     */
    static @Nullable Long seconds(@Nullable String value, Instant now) {
        if (value == null) {
            return null;
        }
        String text = value.trim();
        if (SECONDS.matcher(text).matches()) {
            return Long.valueOf(text);
        }
        if (MORE_SECONDS.matcher(text).matches()) {
            return SECONDS_MAX;
        }
        Instant date = date(text);
        if (date == null) {
            return null;
        }
        // Rounded up, because an attempt a moment too late is what was asked for.
        long seconds = Duration.between(now, date).plusNanos(999_999_999).toSeconds();
        return Math.max(0, Math.min(SECONDS_MAX, seconds));
    }

    private static @Nullable Instant date(String text) {
        for (DateTimeFormatter format : DATES) {
            try {
                return format.parse(text, Instant::from);
            } catch (DateTimeParseException otherForm) {
                continue;
            }
        }
        return null;
    }
}
