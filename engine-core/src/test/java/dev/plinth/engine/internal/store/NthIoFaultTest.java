package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation of a disk fails once: nothing that was acknowledged is lost, and a journal that has failed says so. */
@Timeout(300)
class NthIoFaultTest {
    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(DiskFault.class)
    void operation_failsOnce_nothingAcknowledgedIsLost(DiskFault fault) {
        int runs = new FaultRuns(seed, Function.identity()).failEach(fault, FaultRuns.step());

        assertThat(runs).as("operations that failed").isPositive();
        System.out.println(fault + ": " + runs + " operations failed");
    }
}
