package dev.plinth.engine.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An API key.
 *
 * @param id {@code key_…}
 * @param name its name
 * @param scopes what it may do; none for everything
 * @param status {@code enabled}, {@code disabled}, {@code revoked} or {@code expired}
 * @param createdAt when it was made
 * @param secret the secret; only in the answer that made it
 */
public record ApiKey(
        String id, String name, List<String> scopes, String status, Instant createdAt, Optional<String> secret) {
    /** Everything but the secret. */
    @Override
    public String toString() {
        return "ApiKey[" + id + ", " + name + ", " + status + "]";
    }
}
