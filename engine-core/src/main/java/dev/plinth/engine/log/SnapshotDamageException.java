package dev.plinth.engine.log;

import java.io.IOException;
import java.util.Objects;

/**
 * A snapshot whose bytes are not those that were written. Any other {@code IOException} of a reader says nothing about the
 * snapshot, because the store may only be away.
 */
public final class SnapshotDamageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message names the snapshot and the damaged place */
    public SnapshotDamageException(String message) {
        super(Objects.requireNonNull(message, "message must not be null."));
    }
}
