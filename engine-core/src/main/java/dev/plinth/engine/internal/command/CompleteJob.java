package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

/**
 * Ends a leased job together with operations of its worker, in one record. The job has succeeded if and only if they
 * have happened.
 */
public final class CompleteJob implements Command.CostlyChange {
    private final Command.Change completion;
    private final List<Batch.Operation> operations;
    private final long units;

    /**
     * Makes the command.
     *
     * @param completion ends the job, and is refused if the worker has lost its lease
     * @param operations one or more
     * @param units the rate-limit units of all operations together
     */
    public CompleteJob(Command.Change completion, List<? extends Batch.Operation> operations, long units) {
        this.completion = completion;
        this.operations = List.copyOf(operations);
        this.units = units;
    }

    @Override
    public long units(Context context) {
        return units;
    }

    @Override
    public boolean isPaidBefore() {
        return true;
    }

    @Override
    public Decision decide(Context context) {
        Steps steps = new Steps(context);
        Outcome.Done done = (Outcome.Done) steps.decide(completion);
        List<Command.DeferredChange> unused = Batch.decide(operations, steps, new JsonBytes().openArray());
        if (!steps.fit(done.body().length)) {
            throw new RefusedException(Batch.tooLarge(operations.size() - 1));
        }
        return steps.endOfOperations(done, 1);
    }
}
