package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.store.DeferredJournal;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.ScriptedJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommitsTest {
    private static final TableName<?> PARCELS = TableName.of(101, "parcels", 16, 40, 1, TableName.Owner.ENGINE);
    private static final Caller CALLER = Caller.engineFor(new Id(IdKind.WORKSPACE, 1, 1));
    private static final int LARGE_BYTES = 200_000;
    private static final Outcome DONE = Outcome.Done.ok(new byte[0]);

    @Test
    void commit_decisionOfAsManyRowsAsARecordTakes_isOneRecord() {
        Store store = open(new MemoryJournal());

        Outcome outcome = commits(store).commit(CALLER, rows(1, Limits.RECORD_ROWS_MAX));

        assertThat(outcome).isSameAs(DONE);
        assertThat(store.committed()).isEqualTo(1);
    }

    @Test
    void commit_moreThanARecordTakes_isRefusedBeforeAnythingIsChanged() {
        Store store = open(new MemoryJournal());
        Commits commits = commits(store);
        commits.commit(CALLER, rows(1, 1));
        byte[] before = store.stateHash();

        assertThatThrownBy(() -> commits.commit(CALLER, rows(1, Limits.RECORD_ROWS_MAX + 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at most " + Limits.RECORD_ROWS_MAX + " rows")
                .hasMessageContaining("got " + (Limits.RECORD_ROWS_MAX + 1) + " rows");
        assertThatThrownBy(() -> commits.commit(CALLER, context -> {
                    Changes changes = new Changes();
                    for (int i = 0; i * LARGE_BYTES < Limits.RECORD_BYTES_MAX; i++) {
                        changes.addAll(large(i).decide(context).changes());
                    }
                    return Decision.of(changes, DONE);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Limits.RECORD_BYTES_MAX + " bytes");

        assertThat(store.stateHash()).isEqualTo(before);
        commits.commit(CALLER, rows(2, 1));
        assertThat(store.committed()).isEqualTo(2);
    }

    @Test
    void commit_decisionToWriteNothing_writesNoRecord() {
        Store store = open(new MemoryJournal());

        assertThat(commits(store).commit(CALLER, context -> Decision.nothing(DONE)))
                .isSameAs(DONE);
        assertThat(store.committed()).isZero();
    }

    @Test
    void commit_refusal_isAValue() {
        Store store = open(new MemoryJournal());

        Outcome outcome = commits(store).commit(CALLER, context -> {
            throw RefusedException.of(ProblemCode.NOT_FOUND, "nothing there");
        });

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        turned -> assertThat(turned.refusal().code()).isEqualTo(ProblemCode.NOT_FOUND));
    }

    @ParameterizedTest
    @EnumSource(ScriptedJournal.Fate.class)
    void commit_journalFailsAtOnce_isNotAcknowledged(ScriptedJournal.Fate fate) {
        Commits commits = commits(open(new ScriptedJournal(fate, 2)));
        commits.commit(CALLER, rows(1, 1));

        assertLost(commits, rows(5, 3), fate);
    }

    @ParameterizedTest
    @EnumSource(ScriptedJournal.Fate.class)
    void commit_refusalIsRememberedAndJournalFailsAtOnce_isNotAcknowledged(ScriptedJournal.Fate fate) {
        Store store = open(new ScriptedJournal(fate, 1));
        Commits.OutcomeMemory memory = (context, changes, outcome) ->
                changes.put(PARCELS, new byte[16], new RowWriter(1).number(1).row());

        Committed committed = commits(store)
                .commit(
                        AdmittedCaller.trusted(CALLER),
                        context -> {
                            throw RefusedException.of(ProblemCode.NOT_FOUND, "nothing there");
                        },
                        memory);

        assertThat(committed.sequence()).isEqualTo(1);
        assertThat(store.whenCommitted(committed.sequence())).isCompletedExceptionally();
    }

    @Test
    void commitNow_diskFarBehind_isRefusedAndGoesOnWhenItHasCaughtUp() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        Commits commits = commits(store);
        int taken = 0;
        while (!store.isFull()) {
            commits.commitNow(AdmittedCaller.trusted(CALLER), large(taken++), Commits.OutcomeMemory.NONE, false);
        }
        assertThat(taken).isEqualTo(Limits.IN_FLIGHT_BYTES_MAX / LARGE_BYTES + 1);

        RefusedException refused = catchThrowableOfType(
                RefusedException.class,
                () -> commits.commitNow(AdmittedCaller.trusted(CALLER), large(99), Commits.OutcomeMemory.NONE, false));
        assertThat(refused.refusal().code()).isEqualTo(ProblemCode.CAPACITY_EXHAUSTED);
        assertThat(journal.appended()).as("nothing of the refused call").hasSize(taken);

        journal.durable(1);
        assertThat(commits.commitNow(AdmittedCaller.trusted(CALLER), large(99), Commits.OutcomeMemory.NONE, false)
                        .sequence())
                .isEqualTo(taken + 1L);
        journal.close();
    }

    @Test
    void commit_diskFarBehind_waitsUntilItHasCaughtUp() throws InterruptedException {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        Commits commits = commits(store);
        int taken = fill(store, commits);
        Thread caller =
                waiting(() -> commits.commit(AdmittedCaller.trusted(CALLER), large(99), Commits.OutcomeMemory.NONE));
        assertThat(journal.appended()).as("before there is room").hasSize(taken);

        journal.durable(1);
        caller.join();

        assertThat(journal.appended()).hasSize(taken + 1);
        journal.close();
    }

    @Test
    void commit_journalFailsWhileItWaitsForRoom_isRefused() throws InterruptedException {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        Commits commits = commits(store);
        int taken = fill(store, commits);
        List<Outcome> outcomes = new ArrayList<>();
        Thread caller = waiting(
                () -> outcomes.add(commits.commit(AdmittedCaller.trusted(CALLER), large(99), Commits.OutcomeMemory.NONE)
                        .outcome()));

        journal.unknown(1);
        caller.join();

        assertThat(journal.appended()).hasSize(taken);
        assertThat(outcomes)
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        turned -> assertThat(turned.refusal().code()).isEqualTo(ProblemCode.CAPACITY_EXHAUSTED));
        journal.close();
    }

    private static int fill(Store store, Commits commits) {
        int taken = 0;
        while (!store.isFull()) {
            commits.commit(AdmittedCaller.trusted(CALLER), large(taken++), Commits.OutcomeMemory.NONE);
        }
        return taken;
    }

    /** A thread that has begun this work and waits in it. */
    private static Thread waiting(Runnable work) {
        Thread thread = new Thread(work, "caller");
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.isAlive()).as("the caller has to wait").isTrue();
            Thread.onSpinWait();
        }
        return thread;
    }

    private static Command.Change large(int number) {
        byte[] key = new byte[16];
        key[0] = (byte) number;
        return context -> Decision.of(
                new Changes()
                        .put(
                                PARCELS,
                                key,
                                new RowWriter(1).bytes(new byte[LARGE_BYTES]).row()),
                DONE);
    }

    private static void assertLost(Commits commits, Command.Change change, ScriptedJournal.Fate fate) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> commits.commit(CALLER, change));
        assertThat(refused)
                .as("the record is lost, so its caller must hear of it")
                .isNotNull();
        assertThat(refused.refusal().code())
                .isEqualTo(
                        fate == ScriptedJournal.Fate.FENCED ? ProblemCode.SHUTTING_DOWN : ProblemCode.OUTCOME_UNKNOWN);
    }

    private static Command.Change rows(int first, int count) {
        return context -> {
            Changes changes = new Changes();
            for (int i = first; i < first + count; i++) {
                byte[] key = new byte[16];
                Bytes.putLong(key, 0, i);
                changes.put(PARCELS, key, new RowWriter(1).number(i).row());
            }
            return Decision.of(changes, DONE);
        };
    }

    private static Store open(Journal journal) {
        List<TableName<?>> tables = new ArrayList<>(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        tables.add(PARCELS);
        return Store.open(
                new StoreSettings(Tables.HEAP, tables, 1_000_000),
                journal,
                ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));
    }

    private static Commits commits(Store store) {
        SeededIds ids = new SeededIds(1);
        return new Commits(store, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids));
    }
}
