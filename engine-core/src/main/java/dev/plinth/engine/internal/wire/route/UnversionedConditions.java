package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.resource.Precondition;
import org.jspecify.annotations.Nullable;

/**
 * Judges {@code If-Match} and {@code If-None-Match} of changes whose targets have no versions. A condition counts only for a
 * change that would be done (RFC 9110 §13.2.1), so the change is decided first.
 */
final class UnversionedConditions {
    private static final int CREATED = 201;

    private UnversionedConditions() {}

    /** Returns the command of a request, under the conditions of the request. */
    static Command under(Request request, Command command) {
        Request.Headers headers = request.headers();
        if (headers.ifMatch() == null && headers.ifNoneMatch() == null
                || !request.route().mutates()
                || request.route().looksAtIfMatch()) {
            return command;
        }
        Precondition condition = new Precondition(headers.ifMatch(), headers.ifNoneMatch(), false);
        boolean mayBeNew = request.route().method().equals("PUT");
        RefusedException unmet = unmet(condition);
        if (unmet == null && !mayBeNew) {
            return command;
        }
        if (command instanceof Command.Change change) {
            return (Command.Change) context -> {
                Decision decision = change.decide(context);
                if (decision.outcome() instanceof Outcome.Done done) {
                    condition.checkWithoutVersions(!mayBeNew || done.status() != CREATED);
                }
                return decision;
            };
        }
        return unmet == null ? command : refusal(command, unmet);
    }

    /** Refuses a call of the host's code, which would have effects that are not decided first. */
    private static Command.Change refusal(Command command, RefusedException unmet) {
        return context -> {
            if (command instanceof Command.HostCall call) {
                call.checkTarget(context);
            }
            throw unmet;
        };
    }

    private static @Nullable RefusedException unmet(Precondition condition) {
        try {
            condition.checkWithoutVersions(true);
            return null;
        } catch (RefusedException unmet) {
            return unmet;
        }
    }
}
