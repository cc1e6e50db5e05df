package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.call.FramingLimits;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DiscardPaceTest {
    private static final long NOW = Long.MAX_VALUE - 5;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long BYTES_OF_A_SECOND = FramingLimits.DISCARDED_BYTES_PER_SECOND;

    private final DiscardPace pace = new DiscardPace(NOW);

    @Test
    void nanosAfter_callersAtTheSameTime_waitInTurn() {
        assertThat(pace.nanosAfter(BYTES_OF_A_SECOND, NOW)).isEqualTo(SECOND);
        assertThat(pace.nanosAfter(BYTES_OF_A_SECOND / 2, NOW)).isEqualTo(SECOND * 3 / 2);
    }

    @Test
    void nanosAfter_longUnused_savesNoTurns() {
        long later = NOW + 10 * SECOND;

        assertThat(pace.nanosAfter(BYTES_OF_A_SECOND, later)).isEqualTo(SECOND);
        assertThat(pace.nanosAfter(BYTES_OF_A_SECOND, later)).isEqualTo(2 * SECOND);
    }
}
