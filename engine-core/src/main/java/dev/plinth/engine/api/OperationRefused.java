package dev.plinth.engine.api;

/** Refuses the input of an operation. The host's code throws it, and the caller gets 422 with its message. */
public final class OperationRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes a refusal.
     * @param detail a sentence for the caller that names the value, the limit and the next step; no secrets
     */
    public OperationRefused(String detail) {
        super(detail);
    }
}
