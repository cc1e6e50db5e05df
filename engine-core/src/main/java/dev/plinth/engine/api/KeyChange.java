package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A change of an API key. A member that is not given stays as it is. Immutable. The call checks the members, and is
 * refused with all errors.
 */
public final class KeyChange extends JsonRequest {
    private static final List<String> MEMBERS = List.of("name", "scopes", "enabled", "expiresAt");

    /** Changes nothing. Add what changes. */
    public static final KeyChange NONE = new KeyChange(Map.of());

    private KeyChange(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static KeyChange of(Json json) {
        return new KeyChange(members(json));
    }

    /** Returns the same with another name, 1–255 characters. */
    public KeyChange withName(String name) {
        return new KeyChange(with("name", name));
    }

    /**
     * Returns the same, restricted to these scopes.
     *
     * @throws IllegalArgumentException if there is none, because a key without scopes may do everything;
     *     {@link #withAllScopes} makes such a key
     */
    public KeyChange withScopes(Scope... scopes) {
        return new KeyChange(with("scopes", Scope.wireNames(scopes)));
    }

    /** Returns the same for a key that may do everything. */
    public KeyChange withAllScopes() {
        return new KeyChange(with("scopes", List.of()));
    }

    /** Returns the same for a key that is enabled, or whose calls are refused until it is enabled again. */
    public KeyChange withEnabled(boolean enabled) {
        return new KeyChange(with("enabled", enabled));
    }

    /** Returns the same, to expire at a time. */
    public KeyChange until(Instant expiresAt) {
        return new KeyChange(with("expiresAt", expiresAt));
    }

    /** Returns the same, to expire never. */
    public KeyChange forEver() {
        return new KeyChange(withNull("expiresAt"));
    }
}
