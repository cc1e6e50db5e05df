package dev.plinth.engine.internal.base;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and writes times as the wire shows them: RFC 3339, UTC, always three digits of milliseconds. */
public final class Times {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_DAY = 86_400_000L;
    /** The grammar of RFC 3339 §5.6. The JDK's own parser would accept a time without seconds. */
    private static final Pattern DATE_TIME = Pattern.compile(
            "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})", Pattern.CASE_INSENSITIVE);

    private static final int LENGTH = 24;

    /** The last time that was written, because all calls within a millisecond ask for the same. */
    private static volatile Written last = new Written(0, written(0));

    private Times() {}

    /** Returns the text of a time, such as {@code 2025-01-01T00:00:00.000Z}. */
    public static String text(long epochMillis) {
        Written known = last;
        if (known.epochMillis != epochMillis) {
            known = new Written(epochMillis, written(epochMillis));
            last = known;
        }
        return known.text;
    }

    private static String written(long epochMillis) {
        long day = Math.floorDiv(epochMillis, MILLIS_PER_DAY);
        int rest = (int) Math.floorMod(epochMillis, MILLIS_PER_DAY);
        LocalDate date = LocalDate.ofEpochDay(day);
        byte[] text = new byte[LENGTH];
        digits(text, 0, 4, date.getYear());
        text[4] = '-';
        digits(text, 5, 2, date.getMonthValue());
        text[7] = '-';
        digits(text, 8, 2, date.getDayOfMonth());
        text[10] = 'T';
        digits(text, 11, 2, rest / 3_600_000);
        text[13] = ':';
        digits(text, 14, 2, rest / 60_000 % 60);
        text[16] = ':';
        digits(text, 17, 2, rest / 1000 % 60);
        text[19] = '.';
        digits(text, 20, 3, rest % 1000);
        text[23] = 'Z';
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Parses an RFC 3339 text, cut to milliseconds. Returns null if it names no time between the years 0 and 9999. */
    public static @Nullable Long parse(String text) {
        return parse(text, 0);
    }

    /** Parses likewise, but rounds up to the next millisecond. */
    public static @Nullable Long parseUp(String text) {
        return parse(text, NANOS_PER_MILLI - 1);
    }

    private static @Nullable Long parse(String text, long nanosMore) {
        if (!DATE_TIME.matcher(text).matches()) {
            return null;
        }
        try {
            Instant instant = OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                    .toInstant();
            int year = instant.atOffset(ZoneOffset.UTC).getYear();
            return year < 0 || year > 9999
                    ? null
                    : (Long) instant.plusNanos(nanosMore).toEpochMilli();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Reads a text of {@link #text}, for the typed client. It saves the work of a general parser. */
    public static Instant written(String text) {
        if (text.length() != LENGTH) {
            throw new IllegalArgumentException(
                    "A time must have " + LENGTH + " characters as the engine writes it, got " + text + ".");
        }
        LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2));
        int seconds = (number(text, 11, 2) * 60 + number(text, 14, 2)) * 60 + number(text, 17, 2);
        return Instant.ofEpochMilli(date.toEpochDay() * MILLIS_PER_DAY + seconds * 1000L + number(text, 20, 3));
    }

    private static int number(String text, int offset, int count) {
        return Integer.parseInt(text, offset, offset + count, 10);
    }

    private static void digits(byte[] target, int offset, int count, int value) {
        int rest = value;
        for (int i = offset + count - 1; i >= offset; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** A time and its text. */
    private record Written(long epochMillis, String text) {}
}
