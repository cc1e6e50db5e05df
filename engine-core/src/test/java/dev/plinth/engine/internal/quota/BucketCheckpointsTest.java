package dev.plinth.engine.internal.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests when a bucket asks to be written, and what of it is written. */
final class BucketCheckpointsTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);
    private static final Id KEY = new Id(IdKind.KEY, 1, 1);

    /** The units after which a bucket of Starter asks to be written: an eighth of 60. */
    private static final int STEP = 7;

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Store store = Store.open(
            new StoreSettings(
                    Tables.HEAP, List.of(QuotaCheckpointWriter.CHECKPOINTS, DeletedWorkspaces.TABLE), 1_000_000),
            new MemoryJournal(),
            clock);
    private int records;
    private int rows;
    private final Committer committer = this::commit;
    private final QuotaCheckpointWriter writer = new QuotaCheckpointWriter(committer, clock, store);
    private final Quotas quotas = new Quotas(clock, writer);
    private int rings;

    BucketCheckpointsTest() {
        writer.onNoted(() -> rings++);
    }

    @Test
    void take_anEighthOfTheBurst_asksOnceUntilItIsWritten() {
        use(Plan.STARTER, STEP - 1);
        assertThat(rings).isZero();
        assertThat(writer.hasReady()).isFalse();

        use(Plan.STARTER, 1);
        assertThat(rings).isEqualTo(1);
        assertThat(writer.hasReady()).isTrue();
        use(Plan.STARTER, 2 * STEP);
        assertThat(rings).as("it has asked").isEqualTo(1);

        assertThat(write()).isTrue();
        assertThat(rows).as("it was added once").isEqualTo(1);
        assertThat(writer.hasReady()).isFalse();
        assertThat(used(WORKSPACE)).isEqualTo(3 * STEP);
        use(Plan.STARTER, STEP - 1);
        assertThat(rings).isEqualTo(1);
        use(Plan.STARTER, 1);
        assertThat(rings).isEqualTo(2);
    }

    @Test
    void take_unitsThatRefillAsFastAsTheyAreUsed_neverAsks() {
        for (int i = 0; i < 10 * STEP; i++) {
            use(Plan.STARTER, 1);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(rings).isZero();
    }

    @Test
    void take_bucketThatHasRefilledPastItsLastCheckpoint_asksWhenAnEighthIsUsedNow() {
        use(Plan.STARTER, STEP);
        write();
        clock.advance(Duration.ofHours(1));

        use(Plan.STARTER, STEP - 1);
        assertThat(rings).isEqualTo(1);
        use(Plan.STARTER, 1);

        assertThat(rings).isEqualTo(2);
    }

    @Test
    void owe_anEighthOfTheBurst_asks() {
        assertThat(owe(STEP - 1)).isEqualTo(STEP - 1);
        assertThat(rings).isZero();

        assertThat(owe(1)).isEqualTo(1);

        assertThat(rings).isEqualTo(1);
    }

    @Test
    void owe_bucketThatHasRefilled_asksWhenAnEighthIsUsedNow() {
        use(Plan.STARTER, 60);
        write();
        clock.advance(Duration.ofHours(1));

        assertThat(owe(STEP - 1)).isEqualTo(STEP - 1);
        assertThat(rings).isEqualTo(1);
        assertThat(owe(1)).isEqualTo(1);

        assertThat(rings).isEqualTo(2);
    }

    @Test
    void take_planWithASmallerPolicy_asksAfterAnEighthOfThat() {
        Plan plan = Plan.STARTER
                .withPolicy(RatePolicy.of("sixteen", 16, Duration.ofMinutes(1)))
                .withPolicy(RatePolicy.of("forty", 40, Duration.ofMinutes(1)));
        use(plan, 1);
        assertThat(rings).isZero();

        use(plan, 1);

        assertThat(rings).isEqualTo(1);
    }

    @Test
    void take_planOfFewerUnitsThanEight_asksAfterEach() {
        Plan plan = Plan.perMinute("six", 6);
        use(plan, 1);
        assertThat(rings).isEqualTo(1);
        write();

        use(plan, 1);

        assertThat(rings).isEqualTo(2);
    }

    @Test
    void startReady_bucketsOfTwoWorkspaces_areOneRecordAfterOneRing() {
        use(Plan.STARTER, STEP);
        use(OTHER, Plan.STARTER, STEP + 1);
        assertThat(rings).isEqualTo(1);

        write();

        assertThat(records).isEqualTo(1);
        assertThat(used(WORKSPACE)).isEqualTo(STEP);
        assertThat(used(OTHER)).isEqualTo(STEP + 1);
    }

    @Test
    void startReady_bucketBelowZero_isWrittenWithWhatItOwes() {
        use(Plan.STARTER, 60);
        owe(30);
        write();

        assertThat(row(WORKSPACE)).isEqualTo(new QuotaCheckpoint(clock.epochMillis(), 60_000, 30_000, List.of()));
        Quota restored = restarted().take(Callers.of(WORKSPACE, Plan.STARTER), 1);
        assertThat(restored).isEqualTo(new Quota(Plan.STARTER, false, 0, 31, 31));
    }

    @Test
    void startReady_bucketThatWasReplaced_writesNothingForIt() {
        use(Plan.STARTER, STEP);
        quotas.follow(Callers.of(WORKSPACE, Plan.PRO));

        write();

        assertThat(row(WORKSPACE)).isNull();
        assertThat(writer.hasReady()).isFalse();
    }

    @Test
    void startReady_workspaceThatIsDeletedMeanwhile_writesNoRow() {
        use(Plan.STARTER, STEP);
        change(context -> {
            Changes changes = new Changes();
            DeletedWorkspaces.add(context, WORKSPACE, changes);
            return Decision.of(changes, Outcome.Done.ok(new byte[0]));
        });
        use(OTHER, Plan.STARTER, STEP);

        write();

        assertThat(row(WORKSPACE)).isNull();
        assertThat(used(OTHER)).isEqualTo(STEP);
    }

    @Test
    void writeCheckpoints_unusedBucketWithoutARow_writesNone() {
        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isEqualTo(60);

        quotas.writeCheckpoints();

        assertThat(records).isZero();
        assertThat(row(WORKSPACE)).isNull();
    }

    @Test
    void writeCheckpoints_unusedBucketWithARow_overwritesIt() {
        use(Plan.STARTER, 1);
        quotas.writeCheckpoints();
        assertThat(used(WORKSPACE)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));

        quotas.writeCheckpoints();

        assertThat(row(WORKSPACE)).isEqualTo(new QuotaCheckpoint(clock.epochMillis(), 0, 0, List.of()));
    }

    @Test
    void writeCheckpoints_withoutAWriter_writesNothing() {
        Quotas memory = new Quotas(clock);
        assertThat(memory.take(Callers.of(WORKSPACE, Plan.STARTER), 60).allowed())
                .isTrue();

        memory.writeCheckpoints();

        assertThat(records).isZero();
        assertThat(memory.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isZero();
    }

    @Test
    void first_checkpointOfEarlier_countsWhatHasNotRefilled() {
        use(Plan.STARTER, 60);
        quotas.writeCheckpoints();
        clock.advance(Duration.ofMillis(10_500));

        assertThat(restarted().inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isEqualTo(10);
        assertThat(restarted().inspect(Callers.of(OTHER, Plan.STARTER)).remaining())
                .isEqualTo(60);
    }

    @Test
    void first_checkpointWithUnitsOfPolicies_countsThemByWorkspaceAndByKey() {
        Plan plan = Plan.STARTER
                .withPolicy(RatePolicy.of("all", 30, Duration.ofSeconds(60)))
                .withPolicy(RatePolicy.of("each", 20, Duration.ofSeconds(60)).perKey());
        use(plan, 10);
        quotas.writeCheckpoints();
        assertThat(others(WORKSPACE))
                .containsExactlyInAnyOrder(
                        new QuotaCheckpoint.OfPolicy("all", null, 10_000),
                        new QuotaCheckpoint.OfPolicy("each", KEY, 10_000));
        clock.advance(Duration.ofSeconds(6));

        Quota left = restarted().inspect(Callers.of(WORKSPACE, KEY, plan));

        assertThat(left.remaining()).isEqualTo(56);
        assertThat(left.others())
                .extracting(PolicyQuota::remaining)
                .as("three units and two have refilled")
                .containsExactly(23L, 12L);
        assertThat(restarted()
                        .inspect(Callers.of(WORKSPACE, new Id(IdKind.KEY, 1, 2), plan))
                        .others())
                .extracting(PolicyQuota::remaining)
                .as("another key")
                .containsExactly(23L, 20L);
    }

    @Test
    void used_policyThatHasRefilled_isLeftOut() {
        Plan plan = Plan.STARTER.withPolicy(RatePolicy.of("all", 60, Duration.ofSeconds(6)));
        use(plan, 10);
        clock.advance(Duration.ofMillis(1_000));

        quotas.writeCheckpoints();

        assertThat(used(WORKSPACE)).isEqualTo(9);
        assertThat(others(WORKSPACE)).isEmpty();
    }

    @Test
    void writeCheckpoints_unitsOfAPolicyOnly_areWritten() {
        use(Plan.STARTER.withPolicy(RatePolicy.of("slow", 10, Duration.ofHours(1))), 1);
        clock.advance(Duration.ofSeconds(2));

        quotas.writeCheckpoints();

        assertThat(used(WORKSPACE)).isZero();
        assertThat(others(WORKSPACE)).containsExactly(new QuotaCheckpoint.OfPolicy("slow", null, 995));
    }

    @Test
    void used_moreKeysThanACheckpointTakes_leavesTheRestOut() {
        Plan plan = Plan.perMinute("keyed", 1_000)
                .withPolicy(RatePolicy.of("each", 10, Duration.ofMinutes(1)).perKey());
        for (int key = 0; key < 501; key++) {
            assertThat(quotas.take(Callers.of(WORKSPACE, new Id(IdKind.KEY, 2, key), plan), 1)
                            .allowed())
                    .isTrue();
        }

        quotas.writeCheckpoints();

        assertThat(others(WORKSPACE)).hasSize(500);
    }

    @Test
    void elapsedNanos_momentBeforeAndAfterNow_isNeverNegative() {
        long now = store.nowMillis();

        assertThat(writer.elapsedNanos(now - 1)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(writer.elapsedNanos(now)).isZero();
        assertThat(writer.elapsedNanos(now + 1)).isZero();
    }

    @Test
    void writeCheckpoints_storeThatRefuses_losesThemAndThrowsNothing() {
        QuotaCheckpointWriter refused = new QuotaCheckpointWriter(
                (caller, change) -> {
                    throw RefusedException.of(ProblemCode.CAPACITY_EXHAUSTED, "No room.");
                },
                clock,
                store);
        Quotas full = new Quotas(clock, refused);
        assertThat(full.take(Callers.of(WORKSPACE, Plan.STARTER), STEP).allowed())
                .isTrue();

        assertThatCode(() -> refused.startReady(clock.epochMillis())).doesNotThrowAnyException();

        assertThat(refused.hasReady()).isFalse();
        assertThat(full.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isEqualTo(60 - STEP);
    }

    @Test
    void register_deletedWorkspace_itsBucketIsForgotten() {
        quotas.register(store);
        use(Plan.STARTER, 60);
        use(OTHER, Plan.STARTER, 60);

        change(context -> {
            Changes changes = new Changes();
            DeletedWorkspaces.add(context, WORKSPACE, changes);
            return Decision.of(changes, Outcome.Done.ok(new byte[0]));
        });

        assertThat(quotas.inspect(Callers.of(WORKSPACE, Plan.STARTER)).remaining())
                .isEqualTo(60);
        assertThat(quotas.inspect(Callers.of(OTHER, Plan.STARTER)).remaining()).isZero();
    }

    private Quotas restarted() {
        return new Quotas(clock, new QuotaCheckpointWriter(committer, clock, store));
    }

    private boolean write() {
        return writer.startReady(clock.epochMillis());
    }

    private void use(Plan plan, int units) {
        use(WORKSPACE, plan, units);
    }

    private void use(Id workspace, Plan plan, int units) {
        for (int i = 0; i < units; i++) {
            assertThat(quotas.take(Callers.of(workspace, KEY, plan), 1).allowed())
                    .isTrue();
        }
    }

    private int owe(int units) {
        return quotas.owe(Callers.of(WORKSPACE, Plan.STARTER), units);
    }

    private long used(Id workspace) {
        QuotaCheckpoint row = row(workspace);
        assertThat(row).isNotNull();
        assertThat(row.milliUnits() % 1000).isZero();
        return row.milliUnits() / 1000;
    }

    private List<QuotaCheckpoint.OfPolicy> others(Id workspace) {
        QuotaCheckpoint row = row(workspace);
        assertThat(row).isNotNull();
        return row.others();
    }

    private @Nullable QuotaCheckpoint row(Id workspace) {
        byte[] row = store.viewToAnswer().get(QuotaCheckpointWriter.CHECKPOINTS, workspace.key());
        return row == null ? null : QuotaCheckpoint.read(row);
    }

    private void change(Command.Change change) {
        Outcome unused = commit(Caller.OPERATOR, change);
        records--;
    }

    private Outcome commit(Caller caller, Command.Change change) {
        records++;
        return store.write(transaction -> {
            Decision decision = change.decide(
                    new Context(caller, transaction.nowMillis(), transaction, ids, cipher, transaction::nextNumbers));
            List<Changes.Write> writes = decision.changes().writes();
            rows += writes.size();
            if (!writes.isEmpty()) {
                transaction.append(writes, transaction.nowMillis());
            }
            return decision.outcome();
        });
    }
}
