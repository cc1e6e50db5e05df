package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.Resources;
import org.jspecify.annotations.Nullable;

/**
 * The version at which host code has seen a resource or a child.
 *
 * @param resource the resource
 * @param child its child, or null for the resource itself
 * @param version the version, or 0 if it was not there
 */
public record ReadVersion(Id resource, @Nullable Id child, long version) {
    private static final byte[] NO_BODY = {};

    /** Returns true if the rows still show this version. */
    boolean isCurrent(Context context) {
        return now(context) == version;
    }

    /** Refuses with 412 unless the rows show this version. */
    Decision check(Context context) {
        long now = now(context);
        if (now != version) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    text() + " must have the version " + version + ", got " + now
                            + "; nothing was changed. Read it again and repeat the change.");
        }
        return Decision.nothing(Outcome.Done.ok(NO_BODY));
    }

    /** Returns the id of what was read. */
    public String text() {
        Id inner = child;
        return inner == null ? resource.text() : inner.text();
    }

    private long now(Context context) {
        Id inner = child;
        return inner == null ? Resources.version(context, resource) : Children.version(context, resource, inner);
    }
}
