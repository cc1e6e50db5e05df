package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Interleavings of takes and of plan changes, tried systematically: each must look as if the calls came one by one.
 *
 * <p>The plan is raised from one unit to three: a call that still carries the smaller one must not cut what is used.
 */
@Tag("portable")
@Tag("scaled")
class QuotaModelTest {
    @Test
    void take_anyInterleaving_looksAsIfOneByOne() {
        // The map of rates is everybody's: were it to grow because of this one's, that would look like a thread that
        // hangs.
        assertThat(GcraRate.of(1, Duration.ofMinutes(1))).isNotEqualTo(GcraRate.of(3, Duration.ofMinutes(1)));
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(3)
                .iterations(TestScale.count(20))
                .invocationsPerIteration(200)
                .check(Calls.class);
    }

    /** The target of lincheck; it makes one for each interleaving. */
    public static final class Calls {
        private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
        private static final Caller BEFORE = Callers.of(WORKSPACE, Plan.perMinute("before", 1));
        private static final Caller AFTER = Callers.of(WORKSPACE, Plan.perMinute("after", 3));

        private final Quotas quotas = new Quotas(new StoppedClock());

        /** Takes a unit under the one plan. */
        @Operation
        public boolean takeBefore() {
            return quotas.take(BEFORE, 1).allowed();
        }

        /** Takes a unit under the other plan. */
        @Operation
        public boolean takeAfter() {
            return quotas.take(AFTER, 1).allowed();
        }

        /** Looks. */
        @Operation
        public long remaining() {
            return quotas.inspect(AFTER).remaining();
        }
    }

    /** Stands still. */
    private static final class StoppedClock implements EngineClock {
        @Override
        public long epochMillis() {
            return 0;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
