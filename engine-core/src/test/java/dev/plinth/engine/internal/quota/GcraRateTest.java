package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests a rate of six units a minute at the nanosecond before and after each of its bounds. */
final class GcraRateTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long BURST = 60 * SECOND;

    private final GcraRate rate = GcraRate.of(6, Duration.ofMinutes(1));

    @Test
    void of_requestsAndWindow_isOneObjectOfTheirRate() {
        assertThat(rate).isEqualTo(new GcraRate(10 * SECOND, BURST)).isSameAs(GcraRate.of(6, Duration.ofMinutes(1)));
        assertThat(GcraRate.of(2_000, Duration.ofNanos(1_000))).isEqualTo(new GcraRate(1, 2_000));
    }

    @Test
    void left_debt_isTheWholeUnitsBelowTheBurst() {
        assertThat(rate.left(0)).isEqualTo(6);
        assertThat(rate.left(1)).isEqualTo(5);
        assertThat(rate.left(10 * SECOND)).isEqualTo(5);
        assertThat(rate.left(BURST)).isZero();
        assertThat(rate.left(BURST + 30 * SECOND)).isZero();
    }

    @Test
    void nextUnitSeconds_debt_isTheTimeOfTheUnitInTheMaking() {
        assertThat(rate.nextUnitSeconds(0)).isZero();
        assertThat(rate.nextUnitSeconds(1)).isEqualTo(1);
        assertThat(rate.nextUnitSeconds(SECOND)).isEqualTo(1);
        assertThat(rate.nextUnitSeconds(SECOND + 1)).isEqualTo(2);
        assertThat(rate.nextUnitSeconds(10 * SECOND)).isEqualTo(10);
        assertThat(rate.nextUnitSeconds(10 * SECOND + 1)).isEqualTo(1);
        assertThat(rate.nextUnitSeconds(BURST)).isEqualTo(10);
        assertThat(rate.nextUnitSeconds(BURST + 1)).as("the debt refills first").isEqualTo(11);
        assertThat(rate.nextUnitSeconds(BURST + SECOND)).isEqualTo(11);
    }

    @Test
    void waitSeconds_debt_isZeroUpToTheBurst() {
        assertThat(rate.waitSeconds(BURST)).isZero();
        assertThat(rate.waitSeconds(BURST + 1)).isEqualTo(1);
        assertThat(rate.waitSeconds(BURST + SECOND + 1)).isEqualTo(2);
    }

    @Test
    void debtAt_otherRate_isOfTheSameUnitsCutToItsBurst() {
        GcraRate faster = GcraRate.of(60, Duration.ofMinutes(1));
        assertThat(rate.debtAt(faster, 25 * SECOND)).isEqualTo(5 * SECOND / 2);
        assertThat(faster.debtAt(rate, 2 * SECOND)).isEqualTo(20 * SECOND);
        assertThat(faster.debtAt(rate, 7 * SECOND)).isEqualTo(BURST);
    }

    @Test
    void debt_arrival_isHowFarItIsAhead() {
        assertThat(GcraRate.debt(5, 3)).isEqualTo(2);
        assertThat(GcraRate.debt(3, 5)).isZero();
        assertThat(GcraRate.debt(Long.MIN_VALUE + 1, Long.MAX_VALUE))
                .as("the clock has wrapped")
                .isEqualTo(2);
    }
}
