package dev.plinth.engine.internal.base;

/** How far a record may go into what the tables keep in reserve. */
public enum ReserveAccess {
    /** What a tenant asks for: within the shares of its plan, and outside of what is kept for others. */
    ASKED,

    /** What has happened, or frees room, such as the end of a job or a deletion: beyond the workspace's share too. */
    RECORDED,

    /** The operator's own calls, and what the engine notes of itself: as far as the tables go. */
    OPERATOR;

    /** Returns the room of what a caller's decision writes, unless the decision says otherwise. */
    public static ReserveAccess of(Caller caller) {
        return caller.isOperator() ? OPERATOR : caller.isEngine() ? RECORDED : ASKED;
    }
}
