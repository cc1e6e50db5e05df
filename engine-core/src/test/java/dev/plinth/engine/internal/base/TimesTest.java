package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
final class TimesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00.000Z",
                "1969-12-31T23:59:59.999Z",
                "2024-02-29T12:34:56.789Z",
                "0000-01-01T00:00:00.000Z",
                "9999-12-31T23:59:59.999Z"
            })
    void written_ofWhatTextWrites_isTheSameTime(String text) {
        Instant time = Times.written(text);

        assertThat(time).isEqualTo(Instant.parse(text));
        assertThat(Times.text(time.toEpochMilli())).isEqualTo(text);
        assertThat(Times.parse(text)).isEqualTo(time.toEpochMilli());
    }

    @Test
    void text_anyTime_isWhatTheJdkWritesAndIsReadBack() {
        long first = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
        long end = Instant.parse("+10000-01-01T00:00:00Z").toEpochMilli();
        DateTimeFormatter wire =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(50_000); i++) {
            long millis = first + (long) (random.nextDouble() * (end - first));
            String text = Times.text(millis);
            assertThat(text).as(TestScale.repeatWith(seed)).isEqualTo(wire.format(Instant.ofEpochMilli(millis)));
            assertThat(Times.parse(text)).as(TestScale.repeatWith(seed)).isEqualTo(millis);
            assertThat(Times.written(text).toEpochMilli())
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(millis);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2024-02-29T12:34:56Z", "2024-02-29T12:34:56.78zZ", "2024-02-30T12:34:56.789Z"})
    void written_ofAnythingElse_isRefused(String text) {
        assertThatThrownBy(() -> Times.written(text))
                .isInstanceOfAny(IllegalArgumentException.class, DateTimeException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2025-01-01T00:00:00Z, 1735689600000",
        "2025-01-01t00:00:00z, 1735689600000",
        "2025-01-01T02:00:00+02:00, 1735689600000",
        "2025-01-01T00:00:00.123456789Z, 1735689600123"
    })
    void parse_rfc3339_isThatMoment(String text, long millis) {
        assertThat(Times.parse(text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "1735689600",
                "2025-01-01",
                "2025-01-01T00:00:00",
                "2025-01-01T00:00Z",
                "2025-01-01 00:00:00Z",
                "2025-01-01T00:00:00+02",
                "2025-01-01T00:00:00.Z",
                "2025-01-01T24:00:00Z",
                "2025-02-30T00:00:00Z",
                "+12025-01-01T00:00:00Z",
                "2025-01-01T00:00:00Z\n",
                "2025-1-1T00:00:00Z",
                "2025-01-01T00:60:00Z",
                "2025-01-01T00:00:00,5Z",
                "2025-01-01T00:00:00+0200",
                "2025-01-01T00:00:00+02:00:30",
                "2025-01-01T00:00:00+25:00",
                "-0001-01-01T00:00:00Z",
                "0000-01-01T00:00:00+01:00",
                "٢٠٢٥-01-01T00:00:00Z"
            })
    void parse_anythingElse_isNone(String text) {
        assertThat(Times.parse(text)).isNull();
    }
}
