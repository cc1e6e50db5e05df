package dev.plinth.engine.api;

/** How the host's code refuses the input of an operation: the caller gets 422 with this sentence. */
public final class OperationRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** A refusal with a sentence for the caller: what was expected, what came, what to do; no secrets. */
    public OperationRefused(String detail) {
        super(detail);
    }
}
