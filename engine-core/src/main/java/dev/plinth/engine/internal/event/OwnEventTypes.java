package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.EventTypes;
import java.util.List;

/** The types of the events that the engine itself makes. */
public final class OwnEventTypes {
    /** All of them. No type of the host starts with the first word of one of them. */
    public static final List<String> ALL = List.of(
            "resource.created",
            "resource.updated",
            "resource.paused",
            "resource.resumed",
            "resource.archived",
            "resource.unarchived",
            "resource.deleted",
            "resource.shared",
            "resource.unshared",
            "child.created",
            "child.updated",
            "child.deleted",
            "job.succeeded",
            "job.failed",
            "job.canceled",
            "workspace.plan_changed",
            "key.created",
            "key.rotated",
            "key.revoked",
            "webhook_endpoint.created",
            "webhook_endpoint.updated",
            "webhook_endpoint.deleted",
            "webhook_endpoint.disabled");

    /** The prefixes of the engine's own types, which are reserved. */
    public static final List<String> RESERVED =
            ALL.stream().map(type -> EventTypes.family(type) + ".").distinct().toList();

    private OwnEventTypes() {}

    /** Returns true if types that start like this one are the engine's own. */
    public static boolean isReserved(String type) {
        for (int i = 0; i < RESERVED.size(); i++) {
            if (type.startsWith(RESERVED.get(i))) {
                return true;
            }
        }
        return false;
    }
}
