package dev.plinth.engine.http;

import static dev.plinth.engine.http.Expected.refused;

/** Tells what a caller shows at the door, and what the contract answers to it whatever else is asked; null if it may go on. */
enum Credential {
    /** All that the route asks for. */
    FULL(null),
    /** A restricted key with the very scope that the route asks for. */
    JUST_ENOUGH(null),
    NONE(refused(401, "unauthenticated")),
    OTHER_SCHEME(refused(401, "unauthenticated")),
    MALFORMED(refused(401, "invalid_token")),
    /** Well-formed, but of another engine. */
    UNKNOWN(refused(401, "invalid_token")),
    REVOKED(refused(401, "invalid_token")),
    EXPIRED(refused(401, "invalid_token")),
    /** Replaced by a rotation whose grace is over. */
    ROTATED_AWAY(refused(401, "invalid_token")),
    OF_DELETED_WORKSPACE(refused(401, "invalid_token")),
    /** A workspace's key where the operator's token is asked for, and the other way round. */
    OTHER_GUARD(refused(401, "invalid_token")),
    OF_SUSPENDED_WORKSPACE(refused(403, "workspace_suspended")),
    DISABLED(refused(403, "forbidden")),
    /** A restricted key with every scope of all other families. */
    OTHER_SCOPES(refused(403, "insufficient_scope")),
    /** A restricted key that may read where the route writes. */
    READ_SCOPE(refused(403, "insufficient_scope"));

    private final Expected refusal;

    Credential(Expected refusal) {
        this.refusal = refusal;
    }

    /** Returns what the door answers, or null. */
    Expected refusal() {
        return refusal;
    }

    boolean mayGoOn() {
        return refusal == null;
    }

    /** True if the answer comes after step 4, so that it tells of the rate limit. */
    boolean isPastStepFour() {
        return refusal == null || refusal.code().equals("insufficient_scope");
    }
}
