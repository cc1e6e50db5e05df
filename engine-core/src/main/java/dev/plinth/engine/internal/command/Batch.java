package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes several calls as one: all of them in one record, or none. Each sees what those before it have changed, and may
 * name what they have made.
 */
public sealed class Batch implements Command.CostlyChange, Command.DeferredChange permits CompleteJob {
    private final List<Operation> operations;
    private final long units;

    /** The operations whose rest the sweep may do, as they were last decided. */
    private List<Command.DeferredChange> deferred = List.of();

    /**
     * Makes the command.
     *
     * @param units the rate-limit units of all operations together
     */
    public Batch(List<? extends Operation> operations, long units) {
        this.operations = List.copyOf(operations);
        this.units = units;
    }

    /** A call of the batch. */
    @FunctionalInterface
    public interface Operation {
        /**
         * Returns the change that the call asks for. Called inside the writer lock.
         *
         * @param index its place in the batch, from 0
         * @throws RefusedException with everything that is wrong with the call
         */
        Command.Change change(Answers earlier, int index);
    }

    /** The answers to the earlier operations of a batch. Not thread-safe. */
    public static final class Answers {
        private final List<Outcome.Done> all = new ArrayList<>();
        private final List<JsonValue> read = new ArrayList<>();

        private Answers() {}

        private void add(Outcome.Done answer) {
            all.add(answer);
        }

        /** Returns a member of an answer, or null if the answer has none with this name that is a string. */
        public @Nullable String member(int operation, String name) {
            while (read.size() <= operation) {
                read.add(JsonReader.trusted(all.get(read.size()).body()));
            }
            return read.get(operation) instanceof JsonValue.Obj object
                            && object.get(name) instanceof JsonValue.Text text
                    ? text.value()
                    : null;
        }
    }

    @Override
    public final long units(Context context) {
        return units;
    }

    @Override
    public final boolean isPaidBefore() {
        return true;
    }

    @Override
    public Decision decide(Context context) {
        Steps steps = new Steps(context);
        JsonBytes json = new JsonBytes().open().name("results").openArray();
        decideOperations(steps, json);
        return steps.endOfOperations(Outcome.Done.ok(json.closeArray().close().bytes()), 0);
    }

    /**
     * Decides the operations one after the other.
     *
     * @param json gets the answers
     */
    final void decideOperations(Steps steps, JsonBytes json) {
        List<Command.DeferredChange> mayHaveRest = new ArrayList<>();
        Answers answers = new Answers();
        for (int i = 0; i < operations.size(); i++) {
            Outcome.Done done;
            try {
                Command.Change change = operations.get(i).change(answers, i);
                done = (Outcome.Done) steps.decide(change);
                if (change instanceof Command.DeferredChange later) {
                    mayHaveRest.add(later);
                }
            } catch (RefusedException refused) {
                throw new RefusedException(inOperation(refused.refusal(), i));
            }
            answers.add(done);
            render(done, json);
            if (json.position() > Limits.BATCH_ANSWER_BYTES_MAX) {
                throw new RefusedException(
                        tooLarge(i, "answers more than " + Limits.BATCH_ANSWER_BYTES_MAX + " bytes"));
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

    /** Returns the refusal of an operation as the refusal of the batch. */
    public static Refusal inOperation(Refusal refusal, int index) {
        return refusal.operation() == Refusal.WHOLE ? refusal.inOperation(index, "/body") : refusal;
    }

    private static void render(Outcome.Done done, JsonBytes json) {
        json.open().member("status", done.status()).raw("body", done.body());
        json.optional("etag", done.etag()).optional("location", done.location()).close();
    }

    private static Refusal tooLarge(int index, String excess) {
        String detail = "With this operation the batch " + excess + "; nothing was changed. Split the batch before it.";
        return Refusal.of(
                        ProblemCode.VALIDATION_FAILED,
                        detail,
                        List.of(new ProblemError(ProblemError.Source.POINTER, "", "too_large", detail)))
                .inOperation(index, "");
    }
}
