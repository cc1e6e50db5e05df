package dev.plinth.engine.api;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of an API key. What is empty stays as it is. Immutable. The call checks ranges, and is refused with all errors.
 *
 * @param name the new name, 1–255 characters
 * @param scopes what the key may do from now on; a set without scopes for everything
 * @param enabled false to refuse the calls of the key until it is enabled again
 * @param expiry when the key expires
 */
public record KeyChange(
        Optional<String> name, Optional<Set<Scope>> scopes, Optional<Boolean> enabled, Optional<Expiry> expiry) {
    /** Changes nothing. Add what changes. */
    public static final KeyChange NONE =
            new KeyChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * The end of a key.
     *
     * @param at the time; empty for never
     */
    public record Expiry(Optional<Instant> at) {
        /** Refuses null. */
        public Expiry {
            Objects.requireNonNull(at, "at must not be null; give an empty one for never.");
        }
    }

    /** Refuses null and copies the scopes. */
    public KeyChange {
        Objects.requireNonNull(name, "name must not be null; give an empty one to keep it.");
        Objects.requireNonNull(scopes, "scopes must not be null; give an empty one to keep them.");
        Objects.requireNonNull(enabled, "enabled must not be null; give an empty one to keep it.");
        Objects.requireNonNull(expiry, "expiry must not be null; give an empty one to keep it.");
        scopes = scopes.map(Set::copyOf);
    }

    /** Returns the same with another name. */
    public KeyChange withName(String other) {
        Objects.requireNonNull(other, "name must not be null.");
        return new KeyChange(Optional.of(other), scopes, enabled, expiry);
    }

    /**
     * Returns the same, restricted to these scopes.
     *
     * @throws IllegalArgumentException if there is none, because a key without scopes may do everything
     */
    public KeyChange withScopes(Scope... only) {
        Objects.requireNonNull(only, "scopes must not be null.");
        if (only.length == 0) {
            throw new IllegalArgumentException(
                    "A restricted key must have a scope or more, got none. Name some, or call withAllScopes.");
        }
        return new KeyChange(name, Optional.of(new LinkedHashSet<>(List.of(only))), enabled, expiry);
    }

    /** Returns the same for a key that may do everything. */
    public KeyChange withAllScopes() {
        return new KeyChange(name, Optional.of(Set.of()), enabled, expiry);
    }

    /** Returns the same for a key that is enabled, or whose calls are refused. */
    public KeyChange withEnabled(boolean isEnabled) {
        return new KeyChange(name, scopes, Optional.of(isEnabled), expiry);
    }

    /** Returns the same, to expire at a time. */
    public KeyChange until(Instant end) {
        Objects.requireNonNull(end, "expiry must not be null.");
        return new KeyChange(name, scopes, enabled, Optional.of(new Expiry(Optional.of(end))));
    }

    /** Returns the same, to expire never. */
    public KeyChange forEver() {
        return new KeyChange(name, scopes, enabled, Optional.of(new Expiry(Optional.empty())));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        name.ifPresent(given -> members.put("name", given));
        scopes.ifPresent(given -> members.put(
                "scopes", given.stream().sorted().map(Scope::wireName).toList()));
        enabled.ifPresent(given -> members.put("enabled", given));
        expiry.ifPresent(given ->
                members.put("expiresAt", given.at().map(Instant::toString).orElse(null)));
        return Json.of(members);
    }
}
