package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A rate gives all its units at once and the next one when it is there, and is forgotten only when all are there again. */
final class RateLimiterTest {
    private static final long NOW = 1_000_000;

    @Test
    void isUnused_millisecondInWhichTheLastUnitIsThereAgain_isTrueFromThenOn() {
        RateLimiter limiter = new RateLimiter(1);
        assertThat(limiter.isUnused(NOW)).isTrue();

        limiter.take(NOW);

        assertThat(limiter.isUnused(NOW + 999)).isFalse();
        assertThat(limiter.isUnused(NOW + 1_000)).isTrue();
    }

    @Test
    void nextMillis_unitsOfASecondAreTaken_isTheMillisecondInWhichTheNextOneIsThere() {
        RateLimiter limiter = new RateLimiter(3);
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.nextMillis()).isLessThanOrEqualTo(NOW);
            limiter.take(NOW);
        }

        assertThat(limiter.nextMillis()).as("a third of a second, rounded up").isEqualTo(NOW + 334);
        limiter.take(NOW + 334);
        assertThat(limiter.nextMillis()).isEqualTo(NOW + 667);
    }

    @Test
    void setRate_unitsInUse_stayInUse() {
        RateLimiter limiter = new RateLimiter(2);
        limiter.take(NOW);
        limiter.take(NOW);

        limiter.setRate(1);

        assertThat(limiter.nextMillis()).isEqualTo(NOW + 1_000);
        limiter.setRate(10);
        assertThat(limiter.nextMillis()).isEqualTo(NOW + 100);
    }
}
