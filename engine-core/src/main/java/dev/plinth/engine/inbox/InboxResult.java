package dev.plinth.engine.inbox;

import dev.plinth.engine.api.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fate of a row of an inbox. Immutable. */
public final class InboxResult {
    private final Fate fate;
    private final @Nullable Problem problem;
    private final List<String> resources;

    private InboxResult(Fate fate, @Nullable Problem problem, List<String> resources) {
        this.fate = fate;
        this.problem = problem;
        this.resources = List.copyOf(Objects.requireNonNull(resources, "resources must not be null."));
    }

    /**
     * Returns the fate of a row without a problem.
     *
     * @param fate any but {@link Fate#REFUSED}
     * @param resources the ids of the resources that the row names
     */
    public static InboxResult of(Fate fate, List<String> resources) {
        Objects.requireNonNull(fate, "fate must not be null.");
        if (fate == Fate.REFUSED) {
            throw new IllegalArgumentException("A refused row needs its problem. Use refused.");
        }
        return new InboxResult(fate, null, resources);
    }

    /**
     * Returns the fate of a refused row.
     *
     * @param resources the ids of the resources that the row names; empty if its body cannot be read
     */
    public static InboxResult refused(Problem problem, List<String> resources) {
        return new InboxResult(Fate.REFUSED, Objects.requireNonNull(problem, "problem must not be null."), resources);
    }

    /** Returns what became of the row. */
    public Fate fate() {
        return fate;
    }

    /** Returns why the row was refused; empty for any other fate. */
    public Optional<Problem> problem() {
        return Optional.ofNullable(problem);
    }

    /** Returns the ids of the resources that the row names. */
    public List<String> resources() {
        return resources;
    }

    /** Returns true if the effects of the row have happened, now or before. */
    public boolean hasHappened() {
        return fate == Fate.APPLIED || fate == Fate.APPLIED_BEFORE;
    }

    @Override
    public String toString() {
        return "InboxResult[" + fate + ", " + problem + ", " + resources + "]";
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
