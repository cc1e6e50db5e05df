package dev.plinth.engine.http;

/**
 * Tells what the contract says a call gives.
 *
 * @param code of a problem; empty for a success
 * @param writes true if a record is written
 */
record Expected(int status, String code, boolean writes) {
    static final Expected NOT_FOUND = refused(404, "not_found");
    static final Expected ROLE_TOO_WEAK = refused(403, "forbidden");
    static final Expected IS_ARCHIVED = refused(409, "resource_archived");
    static final Expected IS_PAUSED = refused(409, "resource_paused");
    static final Expected WRONG_STATE = refused(409, "invalid_transition");

    /** A success that changes something. */
    static Expected changed(int status) {
        return new Expected(status, "", true);
    }

    /** A success that writes nothing. */
    static Expected same(int status) {
        return new Expected(status, "", false);
    }

    static Expected refused(int status, String code) {
        return new Expected(status, code, false);
    }

    boolean isRefusal() {
        return !code.isEmpty();
    }

    /** Whether of two answers this one's step of the order of evaluation (contract §2) comes first. */
    boolean isBefore(Expected other) {
        return step() < other.step();
    }

    private int step() {
        return switch (status) {
            case 400 -> 9;
            case 404 -> 100;
            case 403 -> 101;
            // Expects what the request alone cannot tell, such as a grantee that there is not: judged once the target
            // is seen.
            case 422 -> 102;
            case 412 -> 110;
            case 409 -> 120;
            default -> 130;
        };
    }
}
