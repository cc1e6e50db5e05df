package dev.plinth.engine.inbox;

import dev.plinth.engine.api.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The fate of a row of an inbox.
 *
 * @param fate what became of it
 * @param problem why it was refused; empty for any other fate
 * @param resources the ids of the resources that the row names; empty if its body cannot be read
 */
public record InboxResult(Fate fate, Optional<Problem> problem, List<String> resources) {
    /** Refuses null. Copies the ids. */
    public InboxResult {
        Objects.requireNonNull(fate, "fate must not be null.");
        Objects.requireNonNull(problem, "problem must not be null.");
        Objects.requireNonNull(resources, "resources must not be null.");
        resources = List.copyOf(resources);
    }

    /** Returns true if the effects of the row have happened, now or before. */
    public boolean hasHappened() {
        return fate == Fate.APPLIED || fate == Fate.APPLIED_BEFORE;
    }

    /** The fates of rows. */
    public enum Fate {
        /** Its effects have happened now. */
        APPLIED,

        /** Its effects have happened at an earlier time. */
        APPLIED_BEFORE,

        /** None of its effects has happened, for the reason of a problem. */
        REFUSED,

        /** None of its effects has happened, because it names a resource of an earlier row that was refused. */
        WAITING
    }
}
