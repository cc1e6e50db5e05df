package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;

/** The rules of the status of a resource, and its moves. */
final class StatusRules {
    private StatusRules() {}

    /** Returns the status after a move, which is the same if it is there already. */
    static ResourceStatus after(ResourceStatus status, Move move) {
        if (status == ResourceStatus.ARCHIVED && (move == Move.PAUSE || move == Move.RESUME)) {
            throw archived();
        }
        return move == Move.UNARCHIVE && status != ResourceStatus.ARCHIVED ? status : move.target;
    }

    /** Refuses a change of an archived resource. */
    static void checkWritable(ResourceRow resource) {
        if (resource.status() == ResourceStatus.ARCHIVED) {
            throw archived();
        }
    }

    /** Refuses an operation on an archived or paused resource. */
    static void checkOperable(ResourceRow resource) {
        checkWritable(resource);
        if (resource.status() == ResourceStatus.PAUSED) {
            throw RefusedException.of(ProblemCode.RESOURCE_PAUSED, "The resource is paused. Resume it first.");
        }
    }

    private static RefusedException archived() {
        return RefusedException.of(ProblemCode.RESOURCE_ARCHIVED, "The resource is archived. Unarchive it first.");
    }

    /** The moves between statuses. */
    enum Move {
        PAUSE(ResourceStatus.PAUSED, "resource.paused"),
        RESUME(ResourceStatus.ACTIVE, "resource.resumed"),
        ARCHIVE(ResourceStatus.ARCHIVED, "resource.archived"),
        UNARCHIVE(ResourceStatus.ACTIVE, "resource.unarchived");

        private final ResourceStatus target;
        private final String event;

        Move(ResourceStatus target, String event) {
            this.target = target;
            this.event = event;
        }

        /** Returns the event of this move. */
        String event() {
            return event;
        }
    }
}
