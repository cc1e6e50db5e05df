package dev.plinth.engine.api;

import org.jspecify.annotations.Nullable;

/** Refuses the input of an operation. The host's code throws it, and the caller gets 422 with its message. */
public final class OperationRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes a refusal.
     *
     * @param detail a sentence for the caller that names the value, the limit and the next step; no secrets. Cut to 1,000
     *     characters; null for a sentence that says that there is no reason
     */
    public OperationRefused(@Nullable String detail) {
        super(detail);
    }
}
