package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many threads at one bucket: what passes is counted exactly. */
@Tag("scaled")
class QuotaRaceTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = TestScale.count(300);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final Quotas quotas = new Quotas(clock);
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void close() {
        pool.shutdown();
    }

    @Test
    void take_manyThreadsAndStoppedClock_exactlyTheBurstPasses() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            quotas.clear();
            int passed = passed(
                    50,
                    turn -> quotas.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed());
            assertThat(passed).as("round %d", round).isEqualTo(60);
        }
    }

    @Test
    void take_brokenBucketThatIsNotAtomic_isCaughtByTheSameCount() throws Exception {
        int most = 0;
        for (int round = 0; round < 100_000 && most <= 60; round++) {
            BrokenBucket broken = new BrokenBucket(60);
            most = Math.max(most, passed(50, turn -> broken.take()));
        }
        assertThat(most).as("units that passed a bucket that loses updates").isGreaterThan(60);
    }

    @Test
    void take_planChangesToAndFroAtEqualQuotas_exactlyTheBurstPasses() throws Exception {
        Plan[] plans = {Plan.perMinute("a", 60), Plan.perMinute("b", 60), Plan.perMinute("c", 60)};
        for (int round = 0; round < ROUNDS; round++) {
            quotas.clear();
            int passed = passed(
                    50,
                    turn -> quotas.take(Callers.of(WORKSPACE, plans[turn % plans.length]), 1)
                            .allowed());
            assertThat(passed).as("round %d", round).isEqualTo(60);
        }
    }

    @Test
    void take_planChangesToAndFroAtOtherQuotas_noUnitIsLost() throws Exception {
        Plan[] plans = {Plan.STARTER, Plan.PRO, Plan.BUSINESS};
        int each = 60 / THREADS;
        for (int round = 0; round < ROUNDS; round++) {
            quotas.clear();
            int passed = passed(
                    each,
                    turn -> quotas.take(Callers.of(WORKSPACE, plans[turn % plans.length]), 1)
                            .allowed());
            assertThat(passed).as("round %d", round).isEqualTo(each * THREADS);
            assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.PRO)).remaining())
                    .as("round %d", round)
                    .isEqualTo(600 - passed);
        }
    }

    /** The clock is asked between finding the bucket and taking from it: there the plan changes. */
    @Test
    void take_planChangesBetweenFindingTheBucketAndTaking_bothUnitsCount() {
        HookedClock hooked = new HookedClock();
        Quotas beside = new Quotas(hooked);
        assertThat(beside.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed())
                .isTrue();
        hooked.hook =
                () -> assertThat(beside.take(Callers.of(WORKSPACE, Plan.PRO), 1).allowed())
                        .isTrue();

        assertThat(beside.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed())
                .isTrue();

        assertThat(beside.inspect(Callers.of(WORKSPACE, Plan.PRO)).remaining()).isEqualTo(597);
    }

    /** Between asking the clock and looking at the bucket others took units for which later time had made room. */
    @Test
    void take_othersTookLaterUnitsMeanwhile_theirUnitsAreNoDebtOfTheEarlierTime() {
        HookedClock hooked = new HookedClock();
        Quotas beside = new Quotas(hooked);
        Caller caller = Callers.of(WORKSPACE, Plan.STARTER);
        assertThat(beside.take(caller, 60).allowed()).isTrue();
        hooked.now = TimeUnit.SECONDS.toNanos(10);
        hooked.hook = () -> {
            hooked.now = TimeUnit.SECONDS.toNanos(100);
            assertThat(beside.take(caller, 30).allowed()).isTrue();
        };

        Quota quota = beside.take(caller, 10);

        assertThat(quota.allowed()).isTrue();
        assertThat(quota.remaining()).isEqualTo(20);
    }

    /** A call that was let in before the plan was raised reaches the bucket after calls under the new plan have used it. */
    @Test
    void take_callOfTheSmallerPlanComesAfterTheRaise_usedUnitsAreNotCutAgain() {
        Caller before = Callers.of(WORKSPACE, Plan.STARTER);
        Caller after = Callers.of(WORKSPACE, Plan.PRO);
        quotas.take(before, 1);
        quotas.take(after, 299);

        Quota late = quotas.take(before, 1);

        assertThat(late.allowed()).isTrue();
        assertThat(late.plan()).isEqualTo(Plan.PRO);
        assertThat(quotas.inspect(after).remaining()).isEqualTo(299);
    }

    @Test
    void take_planIsRaised_theRestOfTheLargerBurstPasses() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            quotas.clear();
            int starter = passed(
                    5,
                    turn -> quotas.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed());
            int pro = passed(
                    100, turn -> quotas.take(Callers.of(WORKSPACE, Plan.PRO), 1).allowed());
            assertThat(starter).as("round %d", round).isEqualTo(5 * THREADS);
            assertThat(starter + pro).as("round %d", round).isEqualTo(600);
        }
    }

    @Test
    void take_clockRunsBesideTheCalls_burstAndRefillPassAndNotMore() throws Exception {
        int seconds = 40;
        Future<?> turning = pool.submit(() -> {
            for (int i = 0; i < seconds * 100; i++) {
                clock.advance(Duration.ofMillis(10));
            }
        });
        int passed = passed(
                THREADS - 1,
                TestScale.count(20_000),
                turn -> quotas.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed());
        turning.get();
        while (quotas.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed()) {
            passed++;
        }

        assertThat(passed).isBetween(60, 60 + seconds);
    }

    @Test
    void refund_besideTakes_keepsTheCount() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            quotas.clear();
            int passed = passed(50, turn -> {
                boolean allowed =
                        quotas.take(Callers.of(WORKSPACE, Plan.STARTER), 1).allowed();
                if (allowed && turn % 2 == 0) {
                    quotas.refund(Callers.of(WORKSPACE, Plan.STARTER), new Quota(Plan.STARTER, true, 0, 0, 0), 1);
                    return false;
                }
                return allowed;
            });
            assertThat(passed).as("round %d", round).isLessThanOrEqualTo(60);
            assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                    .as("round %d", round)
                    .isEqualTo(60 - passed);
        }
    }

    private int passed(int each, IntPredicate take) throws Exception {
        return passed(THREADS, each, take);
    }

    /** How many of the takes passed, of so many threads that start together. */
    private int passed(int threads, int each, IntPredicate take) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<Integer>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int first = thread;
            running.add(pool.submit(() -> {
                start.await(60, TimeUnit.SECONDS);
                int passed = 0;
                for (int i = 0; i < each; i++) {
                    passed += take.test(first + i) ? 1 : 0;
                }
                return passed;
            }));
        }
        int sum = 0;
        for (Future<Integer> counting : running) {
            sum += counting.get();
        }
        return sum;
    }

    /** Stands still, and lets something happen the next time that somebody asks. */
    private static final class HookedClock implements EngineClock {
        private Runnable hook = () -> {};
        private long now;

        @Override
        public long epochMillis() {
            return 0;
        }

        @Override
        public long nanoTime() {
            long asked = now;
            Runnable due = hook;
            hook = () -> {};
            due.run();
            return asked;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }

    /** The bucket as it would be without its compare-and-set. */
    private static final class BrokenBucket {
        private final int burst;
        private volatile int used;

        BrokenBucket(int burst) {
            this.burst = burst;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // on purpose
        boolean take() {
            int seen = used;
            if (seen == burst) {
                return false;
            }
            Thread.yield();
            used = seen + 1;
            return true;
        }
    }
}
