package dev.plinth.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The span of a manual clock, and which clocks an engine believes at once. */
final class ManualClockTest {
    private static final String FIRST = "1970-01-01T00:00:00Z";
    private static final String LAST = "9999-12-31T23:59:59.999Z";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-0001-01-01T00:00:00Z",
                "1900-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999999999Z",
                "+10000-01-01T00:00:00Z",
                "+12000-01-01T00:00:00Z",
                "+1000000000-12-31T23:59:59.999999999Z"
            })
    void startingAt_timeThatTheEngineCannotWrite_isRefusedWithTheLimits(String instant) {
        assertThatThrownBy(() -> ManualClock.startingAt(Instant.parse(instant)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("instant must be from " + FIRST + " to " + LAST + ", got " + Instant.parse(instant)
                        + ". Start within these years.");
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST, "1970-01-01T00:00:00.001Z", "9999-12-31T23:59:59.999999999Z"})
    void startingAt_firstAndLastTime_areShownByTheEngine(String instant) {
        ManualClock clock = ManualClock.startingAt(Instant.parse(instant));
        try (Engine engine = Engine.builder().clock(clock).open()) {
            assertThat(engine.admin().createWorkspace("acme", "starter").call().createdAt())
                    .isEqualTo(clock.now());
        }
    }

    @Test
    void advance_beyondTheLastTime_isRefusedAndTheClockStandsStill() {
        ManualClock clock = ManualClock.startingAt(Instant.parse("9999-12-31T23:00:00Z"));

        assertThatThrownBy(() -> clock.advance(Duration.ofHours(1)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("span must end at " + LAST
                        + " or before, at most PT59M59.999S from now, got PT1H. Advance less.");
        assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(Long.MAX_VALUE)))
                .isExactlyInstanceOf(IllegalArgumentException.class);

        assertThat(clock.now()).isEqualTo("9999-12-31T23:00:00Z");
        clock.advance(Duration.ofHours(1).minusMillis(1));
        assertThat(clock.now()).isEqualTo(LAST);
    }

    @Test
    void mayBeWrong_unlessAClockSaysOtherwise_isTrue() {
        EngineClock ofAHost = new EngineClock() {
            @Override
            public long epochMillis() {
                return 0;
            }

            @Override
            public long nanoTime() {
                return 0;
            }
        };

        assertThat(ofAHost.mayBeWrong()).isTrue();
        assertThat(EngineClock.system().mayBeWrong()).isTrue();
        assertThat(ManualClock.startingAt(Instant.EPOCH).mayBeWrong()).isFalse();
    }
}
