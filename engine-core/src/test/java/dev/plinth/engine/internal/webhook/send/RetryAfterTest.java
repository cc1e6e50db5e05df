package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows that every form of the header is read and that nonsense is no wish at all. */
class RetryAfterTest {
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:00.500Z");

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "0, 0",
                "120, 120",
                "' 7 ', 7",
                "999999999, 999999999",
                "99999999999999999999999, 999999999",
                "'Sun, 06 Nov 1994 08:49:37 GMT', 37",
                "'Sunday, 06-Nov-94 08:49:37 GMT', 37",
                "'Sun Nov  6 08:49:37 1994', 37",
                "'Sun, 06 Nov 1994 08:49:00 GMT', 0",
                "'Sun, 06 Nov 1994 08:48:00 GMT', 0",
                "'Fri, 31 Dec 9999 23:59:59 GMT', 999999999",
                "-1, null",
                "1.5, null",
                "soon, null",
                "'', null",
                "null, null",
                "'Sun, 99 Nov 1994 08:49:37 GMT', null"
            })
    void seconds_anyForm_isRead(String value, Long seconds) {
        assertThat(RetryAfter.seconds(value, NOW)).isEqualTo(seconds);
    }
}
