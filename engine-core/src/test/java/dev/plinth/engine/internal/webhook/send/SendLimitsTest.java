package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows that the limits are the contract's and that a set which contradicts itself cannot be made. */
class SendLimitsTest {
    @Test
    void standard_isTheContracts() {
        assertThat(SendLimits.STANDARD).isEqualTo(new SendLimits(5_000, 15_000));
    }

    @ParameterizedTest
    @CsvSource({"0, 15000", "5000, 14999"})
    void new_contradiction_isRefused(int connect, int total) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SendLimits(connect, total))
                .withMessageContaining("got " + connect + " ms and " + total + " ms");
    }
}
