package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;

/**
 * The use of a table, with the workspaces that have the most of it.
 */
public final class TableUse extends JsonView {
    private TableUse(Json json) {
        super(json, List.of("name", "rows", "rowsMax", "bytes", "bytesMax", "workspaces"));
    }

    /**
     * Reads the use of a table from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TableUse of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new TableUse(json);
    }

    /** Returns its name, such as {@code events}. */
    public String name() {
        return text("name");
    }

    /** Returns the rows in use. */
    public long rows() {
        return number("rows");
    }

    /** Returns the rows that fit. */
    public long rowsMax() {
        return number("rowsMax");
    }

    /** Returns the bytes of the keys and rows in use. */
    public long bytes() {
        return number("bytes");
    }

    /** Returns the bytes that fit. */
    public long bytesMax() {
        return number("bytesMax");
    }

    /** Returns the ten workspaces with the most rows, the largest first. */
    public List<Holder> workspaces() {
        return list("workspaces", TableUse.Holder.class);
    }

    /**
     * A workspace's use of a table.
     */
    public static final class Holder extends JsonView {
        private Holder(Json json) {
            super(json, List.of("workspaceId", "rows", "bytes"));
        }

        /**
         * Reads a workspace's use from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Holder of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Holder(json);
        }

        /** Returns {@code ws_…}. */
        public String workspaceId() {
            return text("workspaceId");
        }

        /** Returns its rows. */
        public long rows() {
            return number("rows");
        }

        /** Returns the bytes of their keys and rows. */
        public long bytes() {
            return number("bytes");
        }
    }
}
