package dev.plinth.engine.internal.webhook.send;

import java.io.IOException;

/** Says that a webhook would have gone to an address that it must not reach. */
final class ForbiddenAddressException extends IOException {
    private static final long serialVersionUID = 1L;

    ForbiddenAddressException(String target) {
        super("Webhooks go to public addresses only, and " + target
                + " is not one. Open its range with --webhook-allow if it is meant to be reached.");
    }
}
