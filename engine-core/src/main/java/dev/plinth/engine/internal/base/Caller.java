package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.Plan;

/**
 * Who calls.
 *
 * @param workspace the workspace; that of the operator has only zero bits
 * @param key the API key; that of the operator and of the engine itself has only zero bits
 * @param scopes what the key may do, as bits of {@link Scope}
 * @param plan the plan of the workspace when the call came
 * @param planSince the sequence of the row that named the plan: of two calls, the one with the higher knows better
 */
public record Caller(Id workspace, Id key, int scopes, Plan plan, long planSince) {
    private static final Id NO_WORKSPACE = new Id(IdKind.WORKSPACE, 0, 0);
    private static final Id NO_KEY = new Id(IdKind.KEY, 0, 0);

    /** The operator. */
    public static final Caller OPERATOR = new Caller(NO_WORKSPACE, NO_KEY, Scope.FULL, Plan.BUSINESS, 0);

    /** The engine itself, at work for a workspace. */
    public static Caller engineFor(Id workspace) {
        return new Caller(workspace, NO_KEY, Scope.FULL, Plan.BUSINESS, 0);
    }

    /** True for the operator. */
    public boolean isOperator() {
        return workspace.high() == 0 && workspace.low() == 0;
    }

    /** True for the engine itself at work for a workspace. */
    public boolean isEngine() {
        return !isOperator() && key.equals(NO_KEY);
    }

    /** True if the key has this scope, or has all. */
    public boolean may(Scope scope) {
        return (scopes & scope.bit()) != 0;
    }
}
