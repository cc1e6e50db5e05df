package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An API key.
 */
public final class ApiKey extends JsonView {
    private ApiKey(Json json) {
        super(json, List.of("id", "name", "mode", "scopes", "prefix", "last4", "status", "createdAt"));
    }

    /**
     * Reads a key from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ApiKey of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new ApiKey(json);
    }

    /** Returns {@code key_…}. */
    public String id() {
        return text("id");
    }

    /** Returns its name. */
    public String name() {
        return text("name");
    }

    /** Returns its mode. */
    public KeyMode mode() {
        return word("mode", KeyMode.class);
    }

    /** Returns what the key may do; empty for everything. */
    public List<Scope> scopes() {
        return texts("scopes").stream().map(Scope::of).toList();
    }

    /** Returns the first characters of its secret. */
    public String prefix() {
        return text("prefix");
    }

    /** Returns the last four characters of its secret. */
    public String last4() {
        return text("last4");
    }

    /** Returns its state. */
    public KeyStatus status() {
        return word("status", KeyStatus.class);
    }

    /** Returns when it expires. */
    public Optional<Instant> expiresAt() {
        return optionalTime("expiresAt");
    }

    /** Returns when it was last used. */
    public Optional<Instant> lastUsedAt() {
        return optionalTime("lastUsedAt");
    }

    /** Returns when it was created. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns the secret; only in the answer to the call that created or rotated the key. */
    public Optional<String> secret() {
        return optionalText("secret");
    }

    /** Returns the id, name and status. Leaves the secret out. */
    @Override
    public String toString() {
        return "ApiKey[" + id() + ", " + name() + ", " + status() + "]";
    }
}
