package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gap after a failed attempt: that of the schedule, or the longer one for which the receiver asked. */
final class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0, 0.0, 5000",
        "1, 0, 0.5, 5500",
        "1, 1, 0.0, 5000",
        "1, 1, 0.5, 5500",
        "1, 5, 0.0, 5000",
        "1, 6, 0.0, 6000",
        "1, 6, 0.5, 6000",
        "2, 60, 0.0, 300000",
        "9, 3600, 0.0, 86400000",
        "1, 86400, 0.0, 86400000",
        "1, 86401, 0.0, 86400000",
        "1, 9223372036854775807, 0.0, 86400000",
        "1, -1, 0.0, 5000"
    })
    void gapMillis_scheduleAndRetryAfter_isTheLongerOneUpToADay(
            int attempts, long retryAfterSeconds, double chance, long gapMillis) {
        assertThat(Schedule.gapMillis(attempts, retryAfterSeconds, chance)).isEqualTo(gapMillis);
    }
}
