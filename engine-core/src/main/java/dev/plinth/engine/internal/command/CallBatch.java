package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
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
public final class CallBatch extends OperationsChange {
    /**
     * Makes the command.
     *
     * @param units the rate-limit units of all operations together
     * @param keyed true if the batch has an idempotency key, which remembers the answers
     */
    public CallBatch(List<? extends Operation> operations, long units, boolean keyed) {
        super(operations, units, keyed);
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

        Answers() {}

        void add(Outcome.Done answer) {
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
    public Decision decide(Context context) {
        Steps steps = new Steps(context);
        JsonBytes json = JsonBytes.object().name("results").openArray();
        decideOperations(steps, json);
        return steps.endOfOperations(Outcome.Done.ok(json.closeArray().end()), 0);
    }

    public static Refusal inOperation(Refusal refusal, int index) {
        return refusal.operation() == Refusal.WHOLE ? refusal.inOperation(index, "/body") : refusal;
    }
}
