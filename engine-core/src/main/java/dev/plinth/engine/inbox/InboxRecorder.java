package dev.plinth.engine.inbox;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;

/** Records effects as the body of a row of an inbox. Thread-safe. */
public interface InboxRecorder {
    /**
     * Returns what takes the effects. A node that leads checks each effect at once, as far as that needs no row. Content
     * that breaks a rule is a {@link dev.plinth.engine.api.PlinthException} with all errors.
     */
    Effects effects();

    /** Returns true if nothing was recorded. */
    boolean isEmpty();

    /** Ends the recording and returns the body of a row. Nothing can be recorded from now on. */
    Json end();
}
