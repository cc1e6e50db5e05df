package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A rate is forgotten only when all its units are there again. */
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
}
