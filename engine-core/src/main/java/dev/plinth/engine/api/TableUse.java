package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;

/**
 * The use of a table, with the workspaces that have the most of it.
 *
 * @param name its name, such as {@code events}
 * @param rows rows in use
 * @param rowsMax rows that fit
 * @param bytes bytes of the keys and rows in use
 * @param bytesMax bytes that fit
 * @param workspaces the ten workspaces with the most rows, the largest first
 * @param json the value as the wire shows it
 */
public record TableUse(
        String name, long rows, long rowsMax, long bytes, long bytesMax, List<Holder> workspaces, Json json)
        implements WireValue {
    /** Refuses null. Copies the workspaces. */
    public TableUse {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(workspaces, "workspaces must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
        workspaces = List.copyOf(workspaces);
    }

    /**
     * Reads the use of a table from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TableUse of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(TableUse.class);
    }

    /**
     * A workspace's use of a table.
     *
     * @param workspaceId {@code ws_…}
     * @param rows its rows
     * @param bytes bytes of their keys and rows
     * @param json the value as the wire shows it
     */
    public record Holder(String workspaceId, long rows, long bytes, Json json) implements WireValue {
        /** Refuses null. */
        public Holder {
            Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
            Objects.requireNonNull(json, "json must not be null.");
        }

        /**
         * Reads a workspace's use from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Holder of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return json.read(Holder.class);
        }
    }
}
