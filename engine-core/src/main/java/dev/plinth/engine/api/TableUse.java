package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;

/**
 * How full a table is, and with whose rows.
 *
 * @param name its name, such as {@code events}
 * @param rows rows that it has
 * @param rowsMax rows that it takes
 * @param bytes bytes of their keys and rows
 * @param bytesMax bytes that it takes
 * @param workspaces the workspaces with the most rows, the largest first, at most ten
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
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TableUse of(Json json) {
        return json.read(TableUse.class);
    }

    /**
     * What one workspace has of a table.
     *
     * @param workspaceId {@code ws_…}
     * @param rows its rows
     * @param bytes bytes of their keys and rows
     * @param json the value as the wire shows it
     */
    public record Holder(String workspaceId, long rows, long bytes, Json json) implements WireValue {
        /**
         * Reads what the wire shows.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Holder of(Json json) {
            return json.read(Holder.class);
        }
    }
}
