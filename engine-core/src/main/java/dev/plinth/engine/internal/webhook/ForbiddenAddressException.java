package dev.plinth.engine.internal.webhook;

import java.io.IOException;

/** Says that a webhook would have gone to an address that it must not reach. */
final class ForbiddenAddressException extends IOException {
    private static final long serialVersionUID = 1L;

    ForbiddenAddressException(String target) {
        super("Expected only public addresses, but found " + target
                + "; open its range with --webhook-allow if it is meant to be reached.");
    }
}
