package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.resource.Resources;
import org.jspecify.annotations.Nullable;

/**
 * Publishes an event of the host. An event about a resource belongs to the resource's owner, and only a caller that may
 * write to the resource may publish it.
 */
public final class PublishEvent {
    private PublishEvent() {}

    /** Makes the command, for a type that is not reserved. */
    public static Command.Change of(String type, @Nullable Id resource, byte[] data) {
        return context -> {
            Id owner = resource == null ? context.workspace() : owner(context, resource);
            return Events.publish(context, owner, type, resource, data);
        };
    }

    /** A missing resource is an error of the input, because its id is a part of the input here. */
    private static Id owner(Context context, Id resource) {
        try {
            return Resources.writable(context, resource);
        } catch (RefusedException refused) {
            if (refused.refusal().code() != ProblemCode.NOT_FOUND) {
                throw refused;
            }
            String detail = "No resource with this id is visible to this workspace. Check the id and the API key.";
            throw new RefusedException(
                    Refusal.ofBody("/resourceId", "unknown_resource", detail).notRemembered());
        }
    }
}
