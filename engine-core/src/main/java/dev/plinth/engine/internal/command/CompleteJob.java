package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

/**
 * Ends a leased job together with operations of its worker, in one record. The job has succeeded if and only if they
 * have happened.
 */
public final class CompleteJob extends OperationsChange {
    private final Command.Change completion;

    /**
     * Makes the command.
     *
     * @param completion ends the job, and is refused if the worker has lost its lease
     * @param operations one or more
     * @param units the rate-limit units of all operations together
     */
    public CompleteJob(Command.Change completion, List<? extends CallBatch.Operation> operations, long units) {
        super(operations, units, false); // The answer shows the job alone.
        this.completion = completion;
    }

    @Override
    public Decision decide(Context context) {
        Steps steps = new Steps(context);
        Outcome.Done done = (Outcome.Done) steps.decide(completion);
        decideOperations(steps, new JsonBytes().openArray());
        if (!steps.fit(done.body().length)) {
            throw new RefusedException(tooLarge());
        }
        return steps.endOfOperations(done, 1);
    }
}
