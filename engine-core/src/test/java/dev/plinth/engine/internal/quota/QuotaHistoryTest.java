package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.CallHistory;
import dev.plinth.engine.TestScale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever several threads do at one bucket looks as if they had come one by one; a bucket with a race is found out. */
@Tag("portable")
@Timeout(1800)
@Tag("scaled")
class QuotaHistoryTest {
    private static final int THREADS = 4;
    private static final int CALLS = 4;
    private static final int ROUNDS = TestScale.count(20_000);
    private static final int ROUNDS_TO_FIND = 10_000_000;

    private final long seed = TestScale.seed();
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void calls_ofOnePolicy_areAsIfOneByOne() throws Exception {
        assertThat(violation(() -> QuotaUnderTest.real(QuotaUnderTest.plan()), QuotaUnderTest.UNITS, true, ROUNDS))
                .as(TestScale.repeatWith(seed))
                .isEmpty();
    }

    @Test
    void calls_ofTwoPolicies_takeFromBothOrNone() throws Exception {
        assertThat(violation(
                        () -> QuotaUnderTest.real(QuotaUnderTest.planWithPolicy()),
                        QuotaUnderTest.UNITS_OF_THE_OTHER,
                        false,
                        ROUNDS))
                .as(TestScale.repeatWith(seed))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void calls_brokenOnPurpose_areFoundOut(QuotaUnderTest.Broken broken) throws Exception {
        assertThat(violation(broken::open, broken.units(), true, ROUNDS_TO_FIND))
                .as("%s; %s", broken, TestScale.repeatWith(seed))
                .isNotEmpty();
    }

    /** The first history that no order of its calls explains; empty if there is none. */
    private String violation(Supplier<QuotaUnderTest> doors, int units, boolean refunds, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            QuotaUnderTest door = doors.get();
            CallHistory history = new CallHistory();
            long roundSeed = seed + round;
            history.by(pool, THREADS, thread -> live(door, history, new Random(roundSeed * THREADS + thread), refunds));
            if (!history.isAsIfOneByOne(0, (used, call, answer) -> after(units, used, call, answer))) {
                return history.toString();
            }
        }
        return "";
    }

    /** Gives back only what it took. */
    private static void live(QuotaUnderTest door, CallHistory history, Random random, boolean refunds) {
        int taken = 0;
        for (int i = 0; i < CALLS; i++) {
            int units = 1 + random.nextInt(2);
            int dice = random.nextInt(6);
            if (dice == 0) {
                history.call("left", door::left);
            } else if (dice < 3 && refunds && taken > 0) {
                int back = taken;
                taken = 0;
                history.call(-back, () -> {
                    door.refund(back);
                    return "done";
                });
            } else if (history.call(units, () -> door.take(units))) {
                taken += units;
            }
        }
    }

    private static Integer after(int most, int used, Object call, Object answer) {
        if (call.equals("left")) {
            return answer.equals((long) (most - used)) ? used : null;
        }
        int units = (Integer) call;
        if (units < 0) {
            return Math.max(0, used + units);
        }
        boolean fits = used + units <= most;
        return answer.equals(fits) ? used + (fits ? units : 0) : null;
    }
}
