package dev.plinth.engine.api;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a new API key. Immutable. Their ranges are checked by the call, which is refused with all errors.
 *
 * @param name its name, 1–255 characters
 * @param mode its mode
 * @param scopes what the key may do; empty for everything
 * @param expiresAt when it expires; empty for never
 */
public record NewKey(String name, KeyMode mode, Set<Scope> scopes, Optional<Instant> expiresAt) {
    /** Refuses null and copies the scopes. */
    public NewKey {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(mode, "mode must not be null; give LIVE or TEST.");
        Objects.requireNonNull(scopes, "scopes must not be null; give an empty set for everything.");
        Objects.requireNonNull(expiresAt, "expiresAt must not be null; give an empty one for never.");
        scopes = Set.copyOf(scopes);
    }

    /** Returns a live key with a name that may do everything and does not expire. */
    public static NewKey named(String name) {
        return new NewKey(name, KeyMode.LIVE, Set.of(), Optional.empty());
    }

    /** Returns the same in another mode. */
    public NewKey withMode(KeyMode other) {
        return new NewKey(name, other, scopes, expiresAt);
    }

    /**
     * Returns the same, restricted to these scopes.
     *
     * @throws IllegalArgumentException if there is none, because a key without scopes may do everything
     */
    public NewKey withScopes(Scope... only) {
        Objects.requireNonNull(only, "scopes must not be null.");
        if (only.length == 0) {
            throw new IllegalArgumentException("A restricted key must have a scope or more, got none. Name some.");
        }
        return new NewKey(name, mode, new LinkedHashSet<>(List.of(only)), expiresAt);
    }

    /** Returns the same, to expire at a time. */
    public NewKey until(Instant end) {
        Objects.requireNonNull(end, "expiresAt must not be null.");
        return new NewKey(name, mode, scopes, Optional.of(end));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", name);
        if (mode != KeyMode.LIVE) {
            members.put("mode", mode.wireName());
        }
        if (!scopes.isEmpty()) {
            members.put("scopes", scopes.stream().sorted().map(Scope::wireName).toList());
        }
        expiresAt.ifPresent(given -> members.put("expiresAt", given.toString()));
        return Json.of(members);
    }
}
