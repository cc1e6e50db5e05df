package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Caller;

/** How much of the tables' reserve a record may use. */
public enum ReserveAccess {
    /** Nothing: a request of a tenant stays within the shares of its plan and outside of all reserves. */
    ASKED,

    /**
     * The reserve for records of something that has happened or that frees room, such as the end of a job or a
     * deletion. They may exceed the workspace's share.
     */
    RECORDED,

    /** All room of the tables, for the operator's own calls and the engine's own notes. */
    OPERATOR;

    /** Returns the access of a caller's decision, unless the decision sets another one. */
    public static ReserveAccess of(Caller caller) {
        return caller.isOperator() ? OPERATOR : caller.isEngine() ? RECORDED : ASKED;
    }
}
