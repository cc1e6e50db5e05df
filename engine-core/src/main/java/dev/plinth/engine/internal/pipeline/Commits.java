package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StagedRows;
import dev.plinth.engine.internal.command.RecordedEvents;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.Transaction;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decides and commits, inside the writer lock: one decision, one record, with its events and their deliveries in it. */
public final class Commits implements Committer {
    private final Store store;
    private final IdSource ids;
    private final SecretCipher cipher;
    private final Plans plans;

    /** Commits to this store, whose workspaces have the plans of the product. */
    public Commits(Store store, IdSource ids, SecretCipher cipher) {
        this(store, ids, cipher, new Plans(List.of()));
    }

    /** Commits to this store, whose workspaces have these plans. */
    public Commits(Store store, IdSource ids, SecretCipher cipher, Plans plans) {
        this.plans = plans;
        this.store = store;
        this.ids = ids;
        this.cipher = cipher;
    }

    /** Returns what seals secrets at rest. */
    SecretCipher cipher() {
        return cipher;
    }

    @Override
    public Outcome commit(Caller caller, Command.Change change) {
        Committed committed = commit(AdmittedCaller.trusted(caller), change, OutcomeMemory.NONE);
        store.await(committed.sequence());
        return committed.outcome();
    }

    /**
     * Decides and commits for a caller of the host that is told the outcome, once it may be told.
     *
     * @throws RefusedException if it never may be
     */
    public Outcome commitToAnswer(Caller caller, Command.Change change) {
        return commitToAnswer(AdmittedCaller.trusted(caller), change, OutcomeMemory.NONE);
    }

    /**
     * Runs work that commits changes one after the other, each as a record of its own, and waits for the disk once. The
     * outcomes must not be told before it returns.
     *
     * @param work is given what decides and commits the change of a caller
     * @throws RefusedException if the outcomes never may be told
     */
    public <T> T inSeries(Function<BiFunction<Caller, Command.Change, Outcome>, T> work) {
        CommitSeries series = new CommitSeries(this, store);
        T result = work.apply(series::commit);
        series.await();
        return result;
    }

    Outcome commitToAnswer(AdmittedCaller admitted, Command.Change change, OutcomeMemory memory) {
        Committed committed = commit(admitted, change, memory);
        if (committed.hasRecord()) {
            store.await(committed.sequence());
        } else {
            store.answers().await(committed.sequence());
        }
        return committed.outcome();
    }

    /** Decides and commits. Returns before the record is durable, and waits first only while the disk is far behind. */
    Committed commit(AdmittedCaller admitted, Command.Change change, OutcomeMemory memory) {
        return store.write(transaction -> decide(transaction, admitted, change, memory));
    }

    /**
     * The same for a thread that must not wait for the disk: it is refused with 503 if the disk is far behind.
     *
     * @param maySleep whether it may wait for the writer lock
     * @throws dev.plinth.engine.internal.store.WriterBusyException if it may not, and another thread has the lock; nothing was decided
     */
    Committed commitNow(AdmittedCaller admitted, Command.Change change, OutcomeMemory memory, boolean maySleep) {
        if (store.isFull()) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "At most " + Limits.IN_FLIGHT_RECORDS_MAX + " changes or " + Limits.IN_FLIGHT_BYTES_MAX
                                    + " bytes can wait for the disk, and as many do; nothing was changed. Try again.")
                    .retryAfter(1));
        }
        Function<Transaction, Committed> work = transaction -> decide(transaction, admitted, change, memory);
        return maySleep ? store.writeNow(work) : store.writeAtOnce(work);
    }

    /**
     * Replaces the host's own plans inside the writer lock, where no decision reads them.
     *
     * @param check refuses by an exception, on the rows before any later decision
     */
    public void replacePlans(List<Plan> custom, Consumer<? super Rows> check) {
        boolean unused = store.write(transaction -> {
            check.accept(transaction);
            plans.replace(custom);
            return true;
        });
    }

    /** Returns why these rows of one workspace do not fit within the shares of its plan, or null if they fit. */
    public @Nullable Refusal lacks(Id workspace, Plan plan, List<NewRows> rows) {
        return store.write(transaction -> Optional.ofNullable(transaction.lacks(workspace, plan, rows)))
                .orElse(null);
    }

    /** Refuses if no record could be written now. Otherwise each retry would run the host's work again for nothing. */
    void requireRoom() {
        store.writeNow(transaction -> {
            transaction.requireRoom(Limits.BODY_BYTES_MAX);
            return true;
        });
    }

    private Committed decide(
            Transaction transaction, AdmittedCaller admitted, Command.Change change, OutcomeMemory memory) {
        long now = transaction.nowMillis();
        Context context = new Context(admitted.caller(), now, transaction, ids, cipher, transaction::nextNumbers)
                .in(change instanceof Command.Traced traced ? traced.trace() : null);
        try {
            transaction.checkOpen();
            if (Access.hasChangedSince(transaction::changedAt, admitted.at())) {
                AdmissionControl.checkStillAllowed(transaction, admitted);
            }
        } catch (RefusedException early) {
            // No key remembers this refusal, because admission refuses before the key is looked up.
            return committed(transaction, context, new Changes(), new Outcome.Refused(early.refusal()));
        }
        try {
            return run(transaction, context, change, memory);
        } catch (RefusedException refused) {
            Outcome outcome = new Outcome.Refused(refused.refusal());
            Changes changes = new Changes();
            memory.remember(context, changes, outcome);
            return committed(transaction, context, changes, outcome);
        }
    }

    private Committed run(Transaction transaction, Context context, Command.Change change, OutcomeMemory memory) {
        Decision decision = change.decide(context);
        Changes changes = decision.changes();
        RecordedEvents.add(context, changes);
        addExtras(transaction, context, changes);
        memory.remember(context, changes, decision.outcome());
        return committed(transaction, context, changes, decision.outcome());
    }

    private Committed committed(Transaction transaction, Context context, Changes changes, Outcome outcome) {
        boolean hasRecord = !changes.writes().isEmpty();
        long sequence = hasRecord ? append(transaction, context, changes) : transaction.lastSequence();
        return new Committed(outcome, sequence, hasRecord, changes);
    }

    private long append(Transaction transaction, Context context, Changes changes) {
        ReserveAccess room = changes.room(ReserveAccess.of(context.caller()));
        try {
            return transaction.append(changes.writes(), context.now(), room, plans(context));
        } catch (RefusedException refused) {
            // All other writers wait meanwhile, so the operation is not looked for in many rows.
            int operation = changes.writes().size() > Limits.DECISION_ROWS_MAX
                    ? Refusal.WHOLE
                    : firstWithoutRoom(
                            transaction,
                            changes.operations(),
                            writes -> transaction.hasRoom(writes, room, plans(context)));
            throw operation == Refusal.WHOLE
                    ? refused
                    : new RefusedException(refused.refusal().inOperation(operation, ""));
        }
    }

    /** Returns the first operation of a batch whose rows have no room beside those of the operations before it. */
    private static int firstWithoutRoom(
            Rows rows, List<List<Changes.Write>> operations, Predicate<List<Changes.Write>> hasRoom) {
        int fit = 0;
        int lack = operations.size();
        if (hasRoom.test(together(rows, operations))) {
            return Refusal.WHOLE;
        }
        while (lack - fit > 1) {
            int middle = (fit + lack) >>> 1;
            if (hasRoom.test(together(rows, operations.subList(0, middle)))) {
                fit = middle;
            } else {
                lack = middle;
            }
        }
        return fit;
    }

    private static List<Changes.Write> together(Rows rows, List<List<Changes.Write>> operations) {
        StagedRows staged = new StagedRows(rows);
        operations.forEach(writes -> writes.forEach(staged::stage));
        return staged.writes();
    }

    /** Adds what a decision would like to write, if there is room: such as what a receiver has answered. */
    private void addExtras(Transaction transaction, Context context, Changes changes) {
        List<Changes.Write> extras = changes.extras();
        for (int i = 0; i < extras.size(); i++) {
            if (transaction.hasRoom(List.of(extras.get(i)), ReserveAccess.ASKED, plans(context))) {
                changes.writes().add(extras.get(i));
            }
        }
    }

    /** Returns how to find the plan of a workspace. A caller carries the plan of its own; any other is in a row. */
    private Function<Id, Plan> plans(Context context) {
        Caller caller = context.caller();
        boolean knows = ReserveAccess.of(caller) == ReserveAccess.ASKED;
        return workspace -> knows && workspace.equals(caller.workspace())
                ? caller.plan()
                : Access.planOf(plans, context.rows(), workspace);
    }

    /** The context of a call that only reads. */
    Context reading(Caller caller, long now, Rows rows) {
        return new Context(caller, now, rows, ids, cipher, count -> {
            throw new IllegalStateException(
                    "Expected a read to need no list number, but it asked for one; make it a change");
        });
    }

    /** Adds to a record what is to be remembered of its outcome. */
    @FunctionalInterface
    interface OutcomeMemory {
        /** Remembers nothing. */
        OutcomeMemory NONE = (context, changes, outcome) -> {};

        /** Adds to the changes what is to be remembered. */
        void remember(Context context, Changes changes, Outcome outcome);
    }
}
