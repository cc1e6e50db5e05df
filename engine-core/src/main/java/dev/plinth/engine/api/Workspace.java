package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The tenant: the owner of everything else.
 */
public final class Workspace extends JsonView {
    private Workspace(Json json) {
        super(json, List.of("id", "name", "plan", "status", "metadata", "createdAt"));
    }

    /**
     * Reads a workspace from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Workspace of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Workspace(json);
    }

    /** Returns {@code ws_…}. */
    public String id() {
        return text("id");
    }

    /** Returns its name. */
    public String name() {
        return text("name");
    }

    /** Returns the name of its plan. */
    public String plan() {
        return text("plan");
    }

    /** Returns true if all its calls are refused. */
    public boolean suspended() {
        return is("status", "suspended");
    }

    /** Returns its pairs of strings. */
    public Map<String, String> metadata() {
        return pairs("metadata");
    }

    /** Returns when it was created. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns the workspaces {@code ws_…} from which it accepts shares; empty if it accepts them from all. */
    public Optional<List<String>> sharesFrom() {
        return has("sharesFrom") ? Optional.of(texts("sharesFrom")) : Optional.empty();
    }
}
