package dev.plinth.engine.internal.command;

import dev.plinth.engine.inbox.RowName;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.idempotency.AppliedRows;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Applies a row of an inbox, at most once: its operations are in one record with the memory of the row. */
public final class ApplyRow extends OperationsChange {
    /** The outcome of a row that was applied before. */
    public static final Outcome.Internal BEFORE = new Before();

    private static final byte[] NO_BODY = {};

    private final byte[] inbox;
    private final RowName row;
    private final Set<RowName> gone;
    private final List<ReadVersion> required;
    private final UnaryOperator<Context> author;

    /**
     * The body of a row.
     *
     * @param operations the operations, each of which is a call of the host's own code
     * @param required the versions that resources must have before them
     * @param resources the ids of the resources that it names
     */
    public record Body(
            List<? extends CallBatch.Operation> operations, List<ReadVersion> required, Set<String> resources) {}

    private record Before() implements Outcome.Internal {}

    /**
     * Makes the command.
     *
     * @param inbox the key of the inbox
     * @param row the name of the row
     * @param gone rows that the database has no longer, which the record forgets
     * @param body what the row asks for
     * @param author returns the context in which the host's code acts
     */
    public ApplyRow(byte[] inbox, RowName row, Set<RowName> gone, Body body, UnaryOperator<Context> author) {
        super(body.operations(), 0, false); // No caller gets the answers.
        this.inbox = inbox;
        this.row = row;
        this.gone = gone;
        this.required = List.copyOf(body.required());
        this.author = author;
    }

    @Override
    public Decision decide(Context context) {
        if (AppliedRows.list(context.rows(), inbox).contains(row)) {
            return Decision.nothing(BEFORE);
        }
        Steps steps = new Steps(author.apply(context));
        for (ReadVersion version : required) {
            Outcome unused = steps.decide(version::check);
        }
        decideOperations(steps, new JsonBytes().openArray());
        Outcome.Done done = (Outcome.Done) steps.decide(this::remember);
        if (!steps.fit(0)) {
            throw new RefusedException(tooLarge());
        }
        return steps.endOfOperations(done, required.size());
    }

    private Decision remember(Context context) {
        Changes changes = new Changes();
        AppliedRows.add(context.rows(), inbox, row, gone, changes);
        return Decision.of(changes, Outcome.Done.ok(NO_BODY));
    }
}
