package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An API key.
 *
 * @param id {@code key_…}
 * @param name its name
 * @param mode {@code live} or {@code test}
 * @param scopes what it may do; none for everything
 * @param prefix how its secret starts
 * @param last4 how its secret ends
 * @param status {@code enabled}, {@code disabled}, {@code revoked} or {@code expired}
 * @param expiresAt when it expires
 * @param lastUsedAt when it was last used
 * @param createdAt when it was made
 * @param secret the secret; only in the answer that made it
 * @param json the value as the wire shows it
 */
public record ApiKey(
        String id,
        String name,
        String mode,
        List<String> scopes,
        String prefix,
        String last4,
        String status,
        Optional<Instant> expiresAt,
        Optional<Instant> lastUsedAt,
        Instant createdAt,
        Optional<String> secret,
        Json json)
        implements WireValue {
    /**
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ApiKey of(Json json) {
        return json.read(ApiKey.class);
    }

    /** Everything but the secret. */
    @Override
    public String toString() {
        return "ApiKey[" + id + ", " + name + ", " + status + "]";
    }
}
