package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;

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
    /** Copies the workspaces. */
    public TableUse {
        workspaces = List.copyOf(workspaces);
    }

    /**
     * Reads the use of a table from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TableUse of(Json json) {
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
        /**
         * Reads a workspace's use from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Holder of(Json json) {
            return json.read(Holder.class);
        }
    }
}
