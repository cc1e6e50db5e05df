package dev.plinth.engine.testkit;

import dev.plinth.engine.testkit.Histories.Operation;
import dev.plinth.engine.testkit.Histories.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A resource as the model of a history sees it. Immutable.
 *
 * @param phase whether it has been created and deleted
 * @param answer what its create is answered with; null before it is created, and while no answer has told it
 * @param version its version; 0 while it does not exist
 * @param value its value; empty while it does not exist
 */
record ResourceState(Phase phase, @Nullable String answer, long version, String value) {
    static final ResourceState NEW = new ResourceState(Phase.NEVER_CREATED, null, 0, "");

    /** Names the times of a resource. */
    enum Phase {
        NEVER_CREATED,
        CREATED,
        DELETED
    }

    /** Returns the state after an operation took effect in this one; null if its answer cannot be of this state. */
    @Nullable
    ResourceState after(Operation operation) {
        return switch (operation.kind) {
            case CREATE -> afterCreate(operation);
            case READ -> reads(operation) ? this : null;
            case UPDATE -> afterUpdate(operation);
            case DELETE -> afterDelete(operation);
        };
    }

    private @Nullable ResourceState afterCreate(Operation create) {
        String told = create.outcome == Outcome.CREATED ? create.text : null;
        if (phase == Phase.NEVER_CREATED) {
            return new ResourceState(Phase.CREATED, told, 1, create.value);
        }
        if (told == null || told.equals(answer)) {
            return this;
        }
        return answer == null ? new ResourceState(phase, told, version, value) : null;
    }

    private boolean reads(Operation read) {
        return switch (read.outcome) {
            case UNKNOWN -> true;
            case FOUND -> exists() && read.foundVersion == version && read.text.equals(value);
            default -> !exists();
        };
    }

    private @Nullable ResourceState afterUpdate(Operation update) {
        boolean applies = exists() && update.version == version;
        ResourceState updated = applies ? new ResourceState(phase, answer, version + 1, update.value) : this;
        return switch (update.outcome) {
            case UNKNOWN -> updated;
            case UPDATED -> applies && update.foundVersion == updated.version ? updated : null;
            case VERSION_DIFFERS -> exists() && !applies ? this : null;
            default -> exists() ? null : this;
        };
    }

    private @Nullable ResourceState afterDelete(Operation delete) {
        ResourceState deleted = exists() ? new ResourceState(Phase.DELETED, answer, 0, "") : this;
        return switch (delete.outcome) {
            case UNKNOWN -> deleted;
            case DELETED -> exists() ? deleted : null;
            default -> exists() ? null : this;
        };
    }

    private boolean exists() {
        return phase == Phase.CREATED;
    }

    /** Returns phase, answer, version and value. */
    @Override
    public String toString() {
        String created = answer == null ? "" : " (" + answer + ")";
        return switch (phase) {
            case NEVER_CREATED -> "never created";
            case CREATED -> "version " + version + " = " + value + created;
            case DELETED -> "deleted" + created;
        };
    }
}
