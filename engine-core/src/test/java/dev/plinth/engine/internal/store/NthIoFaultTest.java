package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.settings.Durability;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation of a disk fails once: nothing that was acknowledged is lost, and a journal that has failed says so. */
@Timeout(300)
@Tag("scaled")
class NthIoFaultTest {
    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(DiskFault.class)
    void operation_failsOnce_nothingAcknowledgedIsLost(DiskFault fault) {
        failEach(fault, Durability.FSYNC);
    }

    /** Here callers write on their own threads, and the journal's thread syncs behind them. */
    @ParameterizedTest
    @EnumSource(DiskFault.class)
    void operation_failsOnceAtOs_theProcessLosesNothing(DiskFault fault) {
        failEach(fault, Durability.OS);
    }

    private void failEach(DiskFault fault, Durability durability) {
        int runs = new FaultRuns(seed, durability, Function.identity()).failEach(fault, FaultRuns.step());

        assertThat(runs).as("operations that failed").isPositive();
        System.out.println(fault + " at " + durability + ": " + runs + " operations failed");
    }
}
