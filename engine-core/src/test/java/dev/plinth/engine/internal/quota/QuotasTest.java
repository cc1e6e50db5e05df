package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);

    /** A unit each ten seconds. */
    private static final Plan SLOW = Plan.perMinute("slow", 6);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final Quotas quotas = new Quotas(clock);

    @Test
    void follow_raisedPlan_refillsItsWorkersAlsoWithoutACall() {
        for (int i = 0; i < Quotas.workerRequests(Plan.STARTER); i++) {
            assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, Plan.STARTER)))
                    .isZero();
        }
        quotas.follow(Callers.of(WORKSPACE, Plan.PRO));

        clock.advance(Duration.ofSeconds(1));

        for (int i = 0; i < 6_000 - 600 + 100; i++) { // by Starter it would be 10
            assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, Plan.PRO))).isZero();
        }
        assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, Plan.PRO))).isEqualTo(1);
    }

    @Test
    void take_starterWithStoppedClock_60PassAndThe61stIsRefused() {
        for (int left = 59; left >= 0; left--) {
            Quota quota = take(Plan.STARTER);
            assertThat(quota.allowed()).isTrue();
            assertThat(quota.remaining()).isEqualTo(left);
            assertThat(quota.nextUnitSeconds()).isEqualTo(1);
            assertThat(quota.retryAfterSeconds()).isZero();
        }

        assertThat(take(Plan.STARTER)).isEqualTo(new Quota(Plan.STARTER, false, 0, 1, 1));
    }

    @Test
    void take_oneSecondAfterExhaustion_onePasses() {
        use(Plan.STARTER, 60);

        advanceMillis(999);
        assertThat(take(Plan.STARTER).allowed()).isFalse();
        advanceMillis(1);
        assertThat(take(Plan.STARTER).allowed()).isTrue();
        assertThat(take(Plan.STARTER).allowed()).isFalse();
    }

    @Test
    void takeOfWorkers_planOfAShorterWindow_locksNoneOutForTheOldOne() {
        Plan hourly = Plan.of("hourly", 60, Duration.ofHours(1));
        for (int i = 0; i < Quotas.workerRequests(hourly); i++) {
            assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, hourly))).isZero();
        }

        assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, Plan.STARTER)))
                .as("600 of 600 are used")
                .isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, Plan.STARTER))).isZero();
    }

    @Test
    void take_refused_takesNothing() {
        use(Plan.STARTER, 60);
        for (int i = 0; i < 1000; i++) {
            take(Plan.STARTER);
        }

        advanceMillis(1000);

        assertThat(take(Plan.STARTER).allowed()).isTrue();
    }

    @Test
    void forget_oneWorkspace_onlyItsBucketIsGone() {
        use(Plan.STARTER, 60);
        Quota unused = quotas.take(Callers.of(OTHER, Plan.STARTER), 60);

        quotas.forget(WORKSPACE);

        assertThat(take(Plan.STARTER).remaining()).isEqualTo(59);
        assertThat(quotas.take(Callers.of(OTHER, Plan.STARTER), 1).allowed()).isFalse();
    }

    @Test
    void take_windowAfterExhaustion_theWholeBurstIsThereAndNotMore() {
        use(Plan.STARTER, 60);

        clock.advance(Duration.ofHours(5));

        assertThat(passing(Plan.STARTER, 100)).isEqualTo(60);
    }

    @Test
    void take_unitsOfTenSeconds_waitIsRoundedUpToWholeSeconds() {
        use(SLOW, 6);

        assertThat(take(SLOW)).isEqualTo(new Quota(SLOW, false, 0, 10, 10));
        advanceMillis(1);
        assertThat(take(SLOW)).isEqualTo(new Quota(SLOW, false, 0, 10, 10));
        advanceMillis(999);
        assertThat(take(SLOW)).isEqualTo(new Quota(SLOW, false, 0, 9, 9));
        advanceMillis(8_999);
        assertThat(take(SLOW)).isEqualTo(new Quota(SLOW, false, 0, 1, 1));
        advanceMillis(1);
        assertThat(take(SLOW)).isEqualTo(new Quota(SLOW, true, 0, 10, 0));
    }

    @Test
    void take_partlyUsed_nextUnitIsTheOneInTheMaking() {
        assertThat(take(SLOW).nextUnitSeconds()).isEqualTo(10);
        advanceMillis(4_000);
        assertThat(take(SLOW)).isEqualTo(new Quota(SLOW, true, 4, 6, 0));
    }

    @Test
    void take_severalUnits_allOrNone() {
        use(SLOW, 4);

        assertThat(quotas.take(Callers.of(WORKSPACE, SLOW), 3)).isEqualTo(new Quota(SLOW, false, 2, 10, 10));
        assertThat(quotas.take(Callers.of(WORKSPACE, SLOW), 5)).isEqualTo(new Quota(SLOW, false, 2, 10, 30));
        assertThat(quotas.take(Callers.of(WORKSPACE, SLOW), 2)).isEqualTo(new Quota(SLOW, true, 0, 10, 0));
    }

    @Test
    void take_businessUnitsOfTenMillis_secondsAreAtLeastOne() {
        use(Plan.BUSINESS, 6000);

        assertThat(take(Plan.BUSINESS)).isEqualTo(new Quota(Plan.BUSINESS, false, 0, 1, 1));
        advanceMillis(9);
        assertThat(take(Plan.BUSINESS).allowed()).isFalse();
        advanceMillis(1);
        assertThat(take(Plan.BUSINESS)).isEqualTo(new Quota(Plan.BUSINESS, true, 0, 1, 0));
        advanceMillis(100);
        assertThat(passing(Plan.BUSINESS, 20)).isEqualTo(10);
    }

    @Test
    void take_quotaThatDoesNotDivideTheWindow_burstIsExact() {
        Plan odd = Plan.perMinute("odd", 7);

        assertThat(passing(odd, 20)).isEqualTo(7);
    }

    @Test
    void take_largestPlan_burstIsExact() {
        Plan largest = Plan.of("largest", 1_000_000, Duration.ofSeconds(1))
                .withEndpointsMax(1)
                .withQueuedJobsMax(1)
                .withResourcesMax(1);

        assertThat(quotas.take(Callers.of(WORKSPACE, largest), 999_999).remaining())
                .isEqualTo(1);
        assertThat(passing(largest, 5)).isEqualTo(1);
    }

    @Test
    void take_otherWorkspace_hasItsOwnBucket() {
        use(Plan.STARTER, 60);

        assertThat(quotas.take(Callers.of(OTHER, Plan.STARTER), 1).remaining()).isEqualTo(59);
    }

    @Test
    void planChange_exhaustedStarterRaisedToPro_has540Left() {
        use(Plan.STARTER, 60);

        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.PRO)).remaining()).isEqualTo(540);
        assertThat(passing(Plan.PRO, 1000)).isEqualTo(540);
    }

    @Test
    void planChange_toASmallerPlan_keepsUsedUnits() {
        use(Plan.PRO, 45);

        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isEqualTo(15);
        assertThat(passing(Plan.STARTER, 100)).isEqualTo(15);
    }

    @Test
    void planChange_moreUsedThanTheSmallerPlanHas_isCutToIt() {
        use(Plan.PRO, 600);

        assertThat(take(Plan.STARTER)).isEqualTo(new Quota(Plan.STARTER, false, 0, 1, 1));
        advanceMillis(1000);
        assertThat(passing(Plan.STARTER, 5)).isEqualTo(1);
    }

    @Test
    void planChange_thereAndBack_keepsUsedUnits() {
        use(Plan.STARTER, 10);
        use(Plan.PRO, 5);

        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isEqualTo(45);
    }

    @Test
    void planChange_fullBucket_staysFull() {
        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)))
                .isEqualTo(new Quota(Plan.STARTER, true, 60, 0, 0));
        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.PRO))).isEqualTo(new Quota(Plan.PRO, true, 600, 0, 0));
        clock.advance(Duration.ofDays(400));
        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.BUSINESS)))
                .isEqualTo(new Quota(Plan.BUSINESS, true, 6000, 0, 0));
    }

    @Test
    void inspect_anyNumberOfTimes_takesNothing() {
        take(Plan.STARTER);
        for (int i = 0; i < 1000; i++) {
            assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)))
                    .isEqualTo(new Quota(Plan.STARTER, true, 59, 1, 0));
        }
    }

    @Test
    void inspect_exhaustedBucket_isNotRefused() {
        use(SLOW, 6);

        assertThat(quotas.inspect(Callers.of(WORKSPACE, SLOW))).isEqualTo(new Quota(SLOW, true, 0, 10, 0));
    }

    @Test
    void refund_exhaustedBucket_givesTheUnitsBack() {
        use(Plan.STARTER, 60);

        refund(Plan.STARTER, 2);

        assertThat(passing(Plan.STARTER, 10)).isEqualTo(2);
    }

    @Test
    void refund_fullBucket_doesNotMakeItFuller() {
        refund(Plan.STARTER, 7);

        assertThat(passing(Plan.STARTER, 100)).isEqualTo(60);
    }

    @Test
    void refund_afterPlanChange_givesUnitsOfTheNewPlanBack() {
        use(Plan.STARTER, 60);

        refund(Plan.PRO, 1);

        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.PRO)).remaining()).isEqualTo(541);
    }

    @Test
    void clear_usedBucket_isFullAgain() {
        use(Plan.STARTER, 60);

        quotas.clear();

        assertThat(take(Plan.STARTER).remaining()).isEqualTo(59);
    }

    @Test
    void owe_beyondABurstBelowZero_takesNoMore() {
        use(Plan.STARTER, 10);

        assertThat(owe(1_000)).isEqualTo(60);
        assertThat(owe(1_000)).isEqualTo(50);
        assertThat(owe(1)).isZero();

        assertThat(take(Plan.STARTER)).isEqualTo(new Quota(Plan.STARTER, false, 0, 61, 61));
        advanceMillis(60_999);
        assertThat(take(Plan.STARTER).allowed()).isFalse();
        advanceMillis(1);
        assertThat(take(Plan.STARTER).allowed()).isTrue();
    }

    @Test
    void debt_underAnotherPlan_isKeptByTheLargerAndCutByTheSmaller() {
        use(Plan.STARTER, 60);
        owe(30);

        assertThat(take(Plan.PRO).remaining()).isEqualTo(600 - 91);
        assertThat(owe(Plan.PRO, 600)).isEqualTo(600);
        assertThat(take(Plan.STARTER)).isEqualTo(new Quota(Plan.STARTER, false, 0, 1, 1));
    }

    @Test
    void checkpoint_ofABucketBelowZero_hasItsDebt() {
        GcraRate starter = GcraRate.of(60, Duration.ofMinutes(1));
        QuotaCheckpoint below = QuotaCheckpoint.read(new QuotaCheckpoint(1, 60_000, 30_000, List.of()).row());

        assertThat(below.debt(starter, 0)).isEqualTo(Duration.ofSeconds(90).toNanos());
        assertThat(below.debt(starter, Duration.ofSeconds(80).toNanos()))
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        QuotaCheckpoint ofALargerPlan = new QuotaCheckpoint(1, 600_000, 0, List.of());
        assertThat(ofALargerPlan.debt(starter, 0)).as("cut to the burst").isEqualTo(starter.burstNanos());
    }

    @Test
    void checkpoint_ofAnEarlierVersion_owesNothing() {
        byte[] row = new RowWriter(1).number(7).number(60_000).small(0).row();

        assertThat(QuotaCheckpoint.read(row)).isEqualTo(new QuotaCheckpoint(7, 60_000, 0, List.of()));
    }

    @Test
    void inspect_bucketBelowZero_isNotRefused() {
        use(Plan.STARTER, 60);
        owe(30);

        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)))
                .isEqualTo(new Quota(Plan.STARTER, true, 0, 31, 0));
    }

    @Test
    void owe_bucketThatHasRefilled_chargesFromNowOn() {
        use(Plan.STARTER, 60);
        clock.advance(Duration.ofHours(1));

        assertThat(owe(20)).isEqualTo(20);

        assertThat(take(Plan.STARTER).remaining()).isEqualTo(39);
    }

    @Test
    void secondsUntil_usedBucket_isTheTimeUntilSoManyUnits() {
        assertThat(secondsUntil(6)).isZero();
        use(SLOW, 6);

        assertThat(secondsUntil(0)).isZero();
        assertThat(secondsUntil(1)).isEqualTo(10);
        assertThat(secondsUntil(3)).isEqualTo(30);
        assertThat(secondsUntil(100)).as("the plan has 6").isEqualTo(60);
        assertThat(owe(SLOW, 1)).isEqualTo(1);
        assertThat(secondsUntil(0)).as("below zero").isEqualTo(10);
    }

    @Test
    void forgive_owedUnits_areBack() {
        use(Plan.STARTER, 60);
        assertThat(owe(30)).isEqualTo(30);

        quotas.forgive(Callers.of(WORKSPACE, Plan.STARTER), 0);
        assertThat(take(Plan.STARTER).retryAfterSeconds()).isEqualTo(31);
        quotas.forgive(Callers.of(WORKSPACE, Plan.STARTER), 31);

        assertThat(passing(Plan.STARTER, 5)).isEqualTo(1);
    }

    @Test
    void forgetAndClear_usedUnitsOfWorkers_areFullAgain() {
        Plan one = Plan.perMinute("one", 1);
        for (Runnable action : List.<Runnable>of(() -> quotas.forget(WORKSPACE), quotas::clear)) {
            for (int i = 0; i < Quotas.workerRequests(one); i++) {
                assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, one))).isZero();
            }
            assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, one))).isPositive();

            action.run();

            assertThat(quotas.takeOfWorkers(Callers.of(WORKSPACE, one))).isZero();
            quotas.clear();
        }
    }

    @Test
    void followAll_workspacesThatAreThereAndThatAreNot_putsThoseThereUnderTheirPlans() {
        use(Plan.STARTER, 60);
        Quota unused = quotas.take(Callers.of(OTHER, Plan.STARTER), 60);

        quotas.followAll(id -> id.equals(WORKSPACE) ? Callers.of(id, Plan.PRO) : null);
        clock.advance(Duration.ofSeconds(1));

        assertThat(passing(Plan.PRO, 1_000)).isEqualTo(550);
        assertThat(quotas.inspect(Callers.of(OTHER, Plan.PRO)).remaining())
                .as("one unit has refilled by the old plan")
                .isEqualTo(541);
    }

    @Test
    void policyPerKey_moreKeysThanItHolds_shareOneUntilThoseOfBeforeHaveRefilled() {
        Plan keyed = Plan.perMinute("keyed", 1_000_000)
                .withPolicy(RatePolicy.of("each", 1, Duration.ofSeconds(10)).perKey());
        clock.advance(Duration.ofHours(1));
        for (int key = 0; key < Limits.POLICY_KEYS_MAX; key++) {
            assertThat(takes(keyed, key)).isTrue();
        }

        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX)).isTrue();
        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX + 1))
                .as("shares that unit")
                .isFalse();
        assertThat(takes(keyed, 0)).as("has its own").isFalse();
        advanceMillis(9_999);
        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX + 2)).isFalse();
        assertThat(takes(keyed, 0)).isFalse();
        clock.advance(Duration.ofSeconds(1));

        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX + 3)).isTrue();
        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX + 4)).isTrue();
        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX + 4)).isFalse();
    }

    @Test
    void policyPerKey_asManyKeysAsItHolds_areForgottenTheMomentTheyHaveRefilled() {
        Plan keyed = Plan.perMinute("keyed", 1_000_000)
                .withPolicy(RatePolicy.of("each", 1, Duration.ofSeconds(10)).perKey());
        clock.advance(Duration.ofHours(1));
        for (int key = 0; key < Limits.POLICY_KEYS_MAX; key++) {
            assertThat(takes(keyed, key)).isTrue();
        }
        clock.advance(Duration.ofSeconds(10));

        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX)).isTrue();
        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX)).isFalse();
        assertThat(takes(keyed, Limits.POLICY_KEYS_MAX + 1)).as("has its own").isTrue();
    }

    @Test
    void refund_unitsOfAPolicy_areBackAndThoseOfOtherKeysAreNot() {
        Plan keyed = Plan.perMinute("keyed", 60)
                .withPolicy(RatePolicy.of("each", 6, Duration.ofMinutes(1)).perKey());
        Caller one = Callers.of(WORKSPACE, key(1), keyed);
        Caller two = Callers.of(WORKSPACE, key(2), keyed);
        Quota taken = quotas.take(one, 4);
        Quota other = quotas.take(two, 2);
        assertThat(other.others().get(0).remaining()).isEqualTo(4);

        quotas.refund(one, taken, 3);

        assertThat(quotas.inspect(one).others().get(0).remaining()).isEqualTo(5);
        assertThat(quotas.inspect(two).others().get(0).remaining()).isEqualTo(4);
        assertThat(quotas.inspect(one).remaining()).isEqualTo(57);
    }

    private boolean takes(Plan plan, int key) {
        return quotas.take(Callers.of(WORKSPACE, key(key), plan), 1).allowed();
    }

    private static Id key(int number) {
        return new Id(IdKind.KEY, 2, number);
    }

    private long secondsUntil(int units) {
        return quotas.secondsUntil(Callers.of(WORKSPACE, SLOW), units);
    }

    private int owe(int units) {
        return owe(Plan.STARTER, units);
    }

    private int owe(Plan plan, int units) {
        return quotas.owe(Callers.of(WORKSPACE, plan), units);
    }

    private void refund(Plan plan, int units) {
        quotas.refund(Callers.of(WORKSPACE, plan), new Quota(plan, true, 0, 0, 0), units);
    }

    private Quota take(Plan plan) {
        return quotas.take(Callers.of(WORKSPACE, plan), 1);
    }

    private void use(Plan plan, int units) {
        for (int i = 0; i < units; i++) {
            assertThat(take(plan).allowed()).isTrue();
        }
    }

    private int passing(Plan plan, int tries) {
        int passed = 0;
        for (int i = 0; i < tries; i++) {
            passed += take(plan).allowed() ? 1 : 0;
        }
        return passed;
    }

    private void advanceMillis(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }
}
