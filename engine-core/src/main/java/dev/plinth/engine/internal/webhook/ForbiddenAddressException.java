package dev.plinth.engine.internal.webhook;

import java.net.UnknownHostException;

/**
 * Says that a webhook would have gone to an address that it must not reach.
 *
 * <p>An {@link UnknownHostException} only because that is all that the HTTP client's resolver hook may throw.
 */
final class ForbiddenAddressException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    ForbiddenAddressException(String target) {
        super("Expected only public addresses, but found " + target
                + "; open its range with --webhook-allow if it is meant to be reached.");
    }
}
