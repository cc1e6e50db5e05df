package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.settings.Plan;

/**
 * The workspace, host or operator behind a request.
 *
 * @param workspace the workspace; all bits are zero for the operator
 * @param key the API key. The operator, the engine itself and the host's own code have none; ids that no key has stand
 *     for them
 * @param scopes what the key may do, as bits of {@link Scope}
 * @param plan the plan of the workspace when the call arrived
 * @param planSince how new the plan is, by {@link Plans.Registered#since}; of two calls, the one with the higher number
 *     has the newer plan
 */
public record Caller(Id workspace, Id key, int scopes, Plan plan, long planSince) {
    private static final Id NO_WORKSPACE = new Id(IdKind.WORKSPACE, 0, 0);
    private static final Id NO_KEY = new Id(IdKind.KEY, 0, 0);

    /** The id that stands for the host's own code in the place of a key. */
    public static final Id HOST_KEY = new Id(IdKind.KEY, 0, 1);

    public static final Caller OPERATOR = new Caller(NO_WORKSPACE, NO_KEY, ScopeBits.FULL, Plan.BUSINESS, 0);

    /** Returns the engine itself, at work for a workspace. */
    public static Caller engineFor(Id workspace) {
        return new Caller(workspace, NO_KEY, ScopeBits.FULL, Plan.BUSINESS, 0);
    }

    /** Returns the host's own code, at work for a workspace under its plan. It has all scopes and no rate limit. */
    public static Caller hostFor(Id workspace, Plan plan, long planSince) {
        return new Caller(workspace, HOST_KEY, ScopeBits.FULL, plan, planSince);
    }

    /** Returns true if the key stands for the host's own code. */
    public static boolean isHost(Id key) {
        return key.equals(HOST_KEY);
    }

    /** Returns true for the host's own code. */
    public boolean isHost() {
        return isHost(key);
    }

    public boolean isOperator() {
        return workspace.high() == 0 && workspace.low() == 0;
    }

    /** Returns true for the engine itself at work for a workspace. */
    public boolean isEngine() {
        return !isOperator() && key.equals(NO_KEY);
    }

    /** Returns true if the key has this scope, or has all. */
    public boolean may(Scope scope) {
        return (scopes & ScopeBits.of(scope)) != 0;
    }
}
