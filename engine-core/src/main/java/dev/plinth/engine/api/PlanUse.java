package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** The use of a plan by its workspace. */
public final class PlanUse extends JsonView {
    private PlanUse(Json json) {
        super(json, List.of("plan", "limits", "tables"));
    }

    /**
     * Reads the use of a plan from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PlanUse of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new PlanUse(json);
    }

    /** Returns the name of the plan. */
    public String plan() {
        return text("plan");
    }

    /** Returns the limits of the plan. */
    public List<Limit> limits() {
        return list("limits", PlanUse.Limit.class);
    }

    /** Returns the shares of tables. */
    public List<Table> tables() {
        return list("tables", PlanUse.Table.class);
    }

    /** A limit of a plan, and the use of it. */
    public static final class Limit extends JsonView {
        private Limit(Json json) {
            super(json, List.of("name", "used"));
        }

        /**
         * Reads a limit from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Limit of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Limit(json);
        }

        /** Returns its name, such as {@code resources}. */
        public String name() {
            return text("name");
        }

        /** Returns how many there are. */
        public long used() {
            return number("used");
        }

        /** Returns the most that may be there; empty if there is no limit. */
        public OptionalLong max() {
            return optionalNumber("max");
        }
    }

    /** The use of a table, and the workspace's share of it. */
    public static final class Table extends JsonView {
        private Table(Json json) {
            super(json, List.of("name", "rows", "rowsMax", "bytes", "bytesMax"));
        }

        /**
         * Reads the use of a table from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Table of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Table(json);
        }

        /** Returns its name, such as {@code events}. */
        public String name() {
            return text("name");
        }

        /** Returns the rows in use. */
        public long rows() {
            return number("rows");
        }

        /** Returns the most rows that the workspace may have. */
        public long rowsMax() {
            return number("rowsMax");
        }

        /** Returns the bytes of the keys and rows in use. */
        public long bytes() {
            return number("bytes");
        }

        /** Returns the most bytes that the workspace may have. */
        public long bytesMax() {
            return number("bytesMax");
        }
    }
}
