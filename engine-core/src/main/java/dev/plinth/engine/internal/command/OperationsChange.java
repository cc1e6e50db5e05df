package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change with operations of a batch, all of which are in its record. */
abstract class OperationsChange implements Command.CostlyChange, Command.DeferredChange {
    private final List<CallBatch.Operation> operations;
    private final long units;
    private final boolean areAnswersRemembered;

    /** The operations whose rest the sweep may do, as they were last decided. */
    private List<Command.DeferredChange> deferred = List.of();

    /**
     * Makes the change.
     *
     * @param units the rate-limit units of all operations together
     * @param areAnswersRemembered true if one row remembers the answers to all operations
     */
    OperationsChange(List<? extends CallBatch.Operation> operations, long units, boolean areAnswersRemembered) {
        this.operations = List.copyOf(operations);
        this.units = units;
        this.areAnswersRemembered = areAnswersRemembered;
    }

    @Override
    public final long units(Context context) {
        return units;
    }

    @Override
    public final boolean isPaidBefore() {
        return true;
    }

    /**
     * Decides the operations one after the other.
     *
     * @param json gets the answers
     */
    final void decideOperations(Steps steps, JsonBytes json) {
        List<Command.DeferredChange> mayHaveRest = new ArrayList<>();
        CallBatch.Answers answers = new CallBatch.Answers();
        for (int i = 0; i < operations.size(); i++) {
            Outcome.Done done;
            try {
                Command.Change change = operations.get(i).change(answers, i);
                done = (Outcome.Done) steps.decide(change);
                if (change instanceof Command.DeferredChange later) {
                    mayHaveRest.add(later);
                }
            } catch (RefusedException refused) {
                throw new RefusedException(CallBatch.inOperation(refused.refusal(), i));
            }
            answers.add(done);
            render(done, json);
            if (areAnswersRemembered && json.position() > Limits.BATCH_ANSWER_BYTES_MAX) {
                throw new RefusedException(tooLarge(
                        i,
                        "answers more than the " + Limits.BATCH_ANSWER_BYTES_MAX
                                + " bytes that an Idempotency-Key remembers"));
            }
            if (steps.rows() > Limits.BATCH_ROWS_MAX) {
                throw new RefusedException(tooLarge(i, "writes more than " + Limits.BATCH_ROWS_MAX + " rows"));
            }
            if (!steps.fit(json.position())) {
                throw new RefusedException(tooLarge(i));
            }
        }
        deferred = mayHaveRest;
    }

    /** Returns the refusal of the whole, which does not fit into a record with its last operation. */
    final Refusal tooLarge() {
        return tooLarge(operations.size() - 1);
    }

    private static Refusal tooLarge(int index) {
        return tooLarge(index, "needs more than one record of " + Limits.RECORD_BYTES_MAX + " bytes");
    }

    @Override
    public final Command.@Nullable Wait rest(Context context) {
        for (Command.DeferredChange change : deferred) {
            Command.Wait rest = change.rest(context);
            if (rest != null) {
                return rest;
            }
        }
        return null;
    }

    private static void render(Outcome.Done done, JsonBytes json) {
        json.open().member("status", done.status()).raw("body", done.body());
        json.optional("etag", done.etag()).optional("location", done.location()).close();
    }

    private static Refusal tooLarge(int index, String excess) {
        String detail = "With this operation the batch " + excess + "; nothing was changed. Split the batch before it.";
        return Refusal.ofBody("", "too_large", detail).inOperation(index, "");
    }
}
