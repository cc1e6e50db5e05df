package dev.plinth.engine.testkit;

import java.net.URI;
import java.util.Objects;

/**
 * The address and secrets of a test's workspace over HTTP, for a client of another language or a subject under test.
 *
 * @param uri the address of the engine, such as {@code http://127.0.0.1:49152}, without a slash at the end
 * @param apiKey the secret of the key of the test's own workspace
 * @param adminToken the operator's token, for {@code /admin/v1}
 */
public record PlinthServer(URI uri, String apiKey, String adminToken) {
    /** Refuses null. */
    public PlinthServer {
        Objects.requireNonNull(uri, "uri must not be null.");
        Objects.requireNonNull(apiKey, "apiKey must not be null.");
        Objects.requireNonNull(adminToken, "adminToken must not be null.");
    }

    /** Returns the address. Leaves the secrets out. */
    @Override
    public String toString() {
        return "PlinthServer[" + uri + "]";
    }
}
