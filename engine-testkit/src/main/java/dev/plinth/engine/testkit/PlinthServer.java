package dev.plinth.engine.testkit;

import java.net.URI;

/**
 * Where a test reaches its workspace over HTTP: all that a client of another language or a subject under test has to be told.
 *
 * @param uri where the engine serves, such as {@code http://127.0.0.1:49152}, without a slash at the end
 * @param apiKey the secret of the key of the test's own workspace
 * @param adminToken the operator's token, for {@code /admin/v1}
 */
public record PlinthServer(URI uri, String apiKey, String adminToken) {
    /** Where it is; nothing of the secrets. */
    @Override
    public String toString() {
        return "PlinthServer[" + uri + "]";
    }
}
