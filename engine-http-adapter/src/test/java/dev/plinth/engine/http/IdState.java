package dev.plinth.engine.http;

/** Tells what stands behind an id in a request, as the matrix tells it apart: who the caller is to it, and how it is. */
enum IdState {
    /** The caller's own, active. */
    OWN(Role.OWNER),
    PAUSED(Role.OWNER),
    ARCHIVED(Role.OWNER),
    /** Another workspace's, shared with the caller as editor. */
    EDITABLE(Role.EDITOR),
    EDITABLE_PAUSED(Role.EDITOR),
    EDITABLE_ARCHIVED(Role.EDITOR),
    /** Another workspace's, shared with the caller as reader. */
    READABLE(Role.READER),
    READABLE_ARCHIVED(Role.READER),

    /** Well-formed, but nothing ever had it. */
    ABSENT(Role.NOBODY),
    MALFORMED(Role.NOBODY),
    /** The own one in capitals: ids have one spelling. */
    UPPER_CASE(Role.NOBODY),
    /** The own one with a character more. */
    TOO_LONG(Role.NOBODY),
    /** The id of something of another kind that the caller owns. */
    OTHER_KIND(Role.NOBODY),
    /** Another workspace's, never shared with the caller. */
    FOREIGN(Role.NOBODY),
    /** Another workspace's, shared with the caller once. */
    NO_LONGER_SHARED(Role.NOBODY),
    /** Shared with the caller by a workspace that has been deleted since. */
    OF_DELETED_WORKSPACE(Role.NOBODY),
    DELETED(Role.NOBODY),
    /** A child of another resource of the caller. */
    OF_ANOTHER_PARENT(Role.NOBODY),
    /** A job of a grantee of the caller, about the caller's resource: a job. Of an owner, about what is shared: an event. */
    OF_OTHER_SIDE(Role.NOBODY),

    /** A job that was canceled. */
    FINISHED(Role.OWNER),
    /** A job that has failed. */
    FAILED(Role.OWNER),
    /** A key that was revoked; it stays readable. */
    REVOKED(Role.OWNER),
    /** A delivery of an endpoint that was deleted; it stays readable. */
    DROPPED(Role.OWNER),
    /** A workspace that the caller's resource is shared with. */
    GRANTED(Role.OWNER),
    /** The caller's own workspace. */
    ONESELF(Role.OWNER),
    /** A name of an asynchronous operation. */
    ASYNCHRONOUS(Role.OWNER),
    /** A parameter of the query that is not there. */
    NOT_GIVEN(Role.OWNER);

    /** Tells what a caller may do with something. */
    enum Role {
        NOBODY,
        READER,
        EDITOR,
        OWNER
    }

    private final Role role;

    IdState(Role role) {
        this.role = role;
    }

    Role role() {
        return role;
    }

    boolean isHidden() {
        return role == Role.NOBODY;
    }

    /** An id of the right form, so that a difference to what never existed could tell that it exists. */
    boolean isWellFormed() {
        return this != MALFORMED && this != UPPER_CASE && this != TOO_LONG && this != OTHER_KIND;
    }

    boolean isPaused() {
        return this == PAUSED || this == EDITABLE_PAUSED;
    }

    boolean isArchived() {
        return this == ARCHIVED || this == EDITABLE_ARCHIVED || this == READABLE_ARCHIVED;
    }
}
