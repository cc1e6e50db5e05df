package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;

/**
 * Tells at which step of the order of evaluation a request ended (contract §2).
 *
 * <p>The pipeline notes the steps up to the command. A command then goes through several steps in one piece, so the
 * code of its refusal tells the step.
 */
final class EndedStep {
    static final int CALLER = 3;
    static final int STATE_OF_CALLER = 4;
    static final int RATE_LIMIT = 5;
    static final int BODY = 6;
    static final int SCOPE = 7;
    static final int IDEMPOTENCY = 8;
    static final int INPUT = 9;
    static final int IN_COMMAND = 10;

    private static final int VISIBILITY_AND_ROLE = 10;
    private static final int PRECONDITIONS = 11;
    private static final int STATE = 12;
    private static final int EXECUTION = 13;
    private static final int ANSWER = 14;

    private EndedStep() {}

    /** Returns the step, 1–14. */
    static int of(RequestContext call, Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return ofRefusal(call, refused.refusal());
        }
        return outcome instanceof Outcome.Replayed ? IDEMPOTENCY : ANSWER;
    }

    private static int ofRefusal(RequestContext call, Refusal refusal) {
        return switch (refusal.code()) {
            // Key and workspace are checked again by the rows that a command sees.
            case WORKSPACE_SUSPENDED -> STATE_OF_CALLER;
            case FORBIDDEN ->
                Access.isOfDisabledKey(refusal) ? STATE_OF_CALLER : Math.min(call.step, VISIBILITY_AND_ROLE);
            case INSUFFICIENT_SCOPE -> lacksScopeOfRoute(call, refusal) ? SCOPE : call.step;
            case NOT_LEADER, OUTCOME_UNKNOWN -> ANSWER;
            default -> call.step < IN_COMMAND ? call.step : inCommand(refusal);
        };
    }

    private static boolean lacksScopeOfRoute(RequestContext call, Refusal refusal) {
        Scope scope = call.request.route().scope();
        boolean lacks = scope != null && scope.wireName().equals(refusal.hint());
        for (Scope further : call.furtherScopes) {
            lacks |= further.wireName().equals(refusal.hint());
        }
        return lacks;
    }

    private static int inCommand(Refusal refusal) {
        return switch (refusal.code()) {
            case RATE_LIMITED, TOO_MANY_CONCURRENT_REQUESTS -> RATE_LIMIT;
            case MALFORMED_REQUEST, PARAMETER_INVALID, CURSOR_INVALID -> INPUT;
            case NOT_FOUND -> VISIBILITY_AND_ROLE;
            case PRECONDITION_FAILED, PRECONDITION_REQUIRED -> PRECONDITIONS;
            case RESOURCE_ARCHIVED, RESOURCE_PAUSED, JOB_FINISHED, LEASE_LOST, ALREADY_EXISTS, INVALID_TRANSITION ->
                STATE;
            // Rows or the host's code refuse the input here. It counts as step 9 if no key remembers it.
            case VALIDATION_FAILED -> refusal.remembered() ? EXECUTION : INPUT;
            default -> EXECUTION;
        };
    }
}
