package dev.plinth.engine.internal.webhook;

import java.io.IOException;

/** Says that a kept connection failed before any byte of the answer came: the receiver had most likely closed it meanwhile. */
final class StaleConnectionException extends IOException {
    private static final long serialVersionUID = 1L;

    StaleConnectionException(IOException cause) {
        super(cause);
    }
}
