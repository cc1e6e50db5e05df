package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A new API key. Immutable. The call checks the members, and is refused with all errors. */
public final class NewKey extends JsonRequest {
    private static final List<String> MEMBERS = List.of("name", "mode", "scopes", "expiresAt");

    private NewKey(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NewKey of(Json json) {
        return new NewKey(members(json, "name"));
    }

    /** Returns a live key with a name, 1–255 characters, that may do everything and does not expire. */
    public static NewKey of(String name) {
        return new NewKey(with(Map.of(), "name", name));
    }

    /** Returns the same in another mode. */
    public NewKey withMode(KeyMode mode) {
        return new NewKey(with("mode", given(mode, "mode").wireName()));
    }

    /**
     * Returns the same, restricted to these scopes.
     *
     * @throws IllegalArgumentException if there is none, because a key without scopes may do everything
     */
    public NewKey withScopes(Scope... scopes) {
        return new NewKey(with("scopes", Scope.wireNames(scopes)));
    }

    /** Returns the same, to expire at a time. */
    public NewKey until(Instant expiresAt) {
        return new NewKey(with("expiresAt", expiresAt));
    }
}
