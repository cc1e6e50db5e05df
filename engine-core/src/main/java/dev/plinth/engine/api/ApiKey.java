package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An API key.
 *
 * @param id {@code key_…}
 * @param name its name
 * @param mode its mode
 * @param scopes what the key may do; empty for everything
 * @param prefix the first characters of its secret
 * @param last4 the last four characters of its secret
 * @param status its state
 * @param expiresAt when it expires
 * @param lastUsedAt when it was last used
 * @param createdAt when it was created
 * @param secret the secret; only in the answer to the call that created or rotated the key
 * @param json the value as the wire shows it
 */
public record ApiKey(
        String id,
        String name,
        KeyMode mode,
        List<Scope> scopes,
        String prefix,
        String last4,
        KeyStatus status,
        Optional<Instant> expiresAt,
        Optional<Instant> lastUsedAt,
        Instant createdAt,
        Optional<String> secret,
        Json json)
        implements WireValue {
    /** Refuses null. */
    public ApiKey {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(mode, "mode must not be null.");
        Objects.requireNonNull(scopes, "scopes must not be null.");
        Objects.requireNonNull(prefix, "prefix must not be null.");
        Objects.requireNonNull(last4, "last4 must not be null.");
        Objects.requireNonNull(status, "status must not be null.");
        Objects.requireNonNull(expiresAt, "expiresAt must not be null.");
        Objects.requireNonNull(lastUsedAt, "lastUsedAt must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(secret, "secret must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a key from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ApiKey of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(ApiKey.class);
    }

    /** Returns the id, name and status. Leaves the secret out. */
    @Override
    public String toString() {
        return "ApiKey[" + id + ", " + name + ", " + status + "]";
    }
}
