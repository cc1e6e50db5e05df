package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.RefusedException;
import java.util.Locale;

/** The status of a resource and its moves. The order is that of the stored numbers. */
enum Status {
    ACTIVE,
    PAUSED,
    ARCHIVED;

    private static final Status[] VALUES = values();

    private final String wireName = name().toLowerCase(Locale.ROOT);

    static Status stored(int number) {
        return VALUES[number];
    }

    String wireName() {
        return wireName;
    }

    /** Returns the status after a move, which is the same if it is there already. */
    Status after(Move move) {
        if (this == ARCHIVED && (move == Move.PAUSE || move == Move.RESUME)) {
            throw archived();
        }
        if (move == Move.UNARCHIVE && this != ARCHIVED) {
            return this;
        }
        return move.target;
    }

    /** Refuses a change of an archived resource. */
    void checkWritable() {
        if (this == ARCHIVED) {
            throw archived();
        }
    }

    /** Refuses an operation on an archived or paused resource. */
    void checkOperable() {
        checkWritable();
        if (this == PAUSED) {
            throw RefusedException.of(ProblemCode.RESOURCE_PAUSED, "The resource is paused. Resume it first.");
        }
    }

    private static RefusedException archived() {
        return RefusedException.of(ProblemCode.RESOURCE_ARCHIVED, "The resource is archived. Unarchive it first.");
    }

    /** The moves between statuses. */
    enum Move {
        PAUSE(Status.PAUSED, "resource.paused"),
        RESUME(Status.ACTIVE, "resource.resumed"),
        ARCHIVE(Status.ARCHIVED, "resource.archived"),
        UNARCHIVE(Status.ACTIVE, "resource.unarchived");

        private final Status target;
        private final String event;

        Move(Status target, String event) {
            this.target = target;
            this.event = event;
        }

        /** Returns the event of this move. */
        String event() {
            return event;
        }
    }
}
