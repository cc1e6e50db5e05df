package dev.plinth.engine.http.connection;

import static dev.plinth.engine.http.call.FramingLimits.REFUSALS_AT_ONCE;
import static dev.plinth.engine.http.call.FramingLimits.REFUSAL_HELD_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalPaceTest {
    private final RefusalPace pace = new RefusalPace();

    private void refuse(int times) {
        for (int i = 0; i < times; i++) {
            int unused = pace.millisToHold(429);
        }
    }

    @Test
    void millisToHold_refusalsBeyondTheNumber_heldBack() {
        for (int i = 0; i < REFUSALS_AT_ONCE; i++) {
            assertThat(pace.millisToHold(429)).isZero();
        }

        assertThat(pace.millisToHold(429)).isEqualTo(REFUSAL_HELD_MILLIS);
        assertThat(pace.millisToHold(429)).isEqualTo(REFUSAL_HELD_MILLIS);
    }

    @Test
    void millisToHold_anotherAnswerNowAndThen_doesNotEvadeThePause() {
        refuse(REFUSALS_AT_ONCE);

        assertThat(pace.millisToHold(404)).isZero();
        assertThat(pace.millisToHold(429)).isZero();
        assertThat(pace.millisToHold(429)).isEqualTo(REFUSAL_HELD_MILLIS);
    }

    @Test
    void millisToHold_asManyOtherAnswers_freeTheClient() {
        refuse(1000);
        for (int i = 0; i <= REFUSALS_AT_ONCE; i++) {
            assertThat(pace.millisToHold(200)).isZero();
        }

        assertThat(pace.millisToHold(429)).isZero();
    }
}
