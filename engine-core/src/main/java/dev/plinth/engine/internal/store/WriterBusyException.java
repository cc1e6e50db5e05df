package dev.plinth.engine.internal.store;

/** Tells a thread that must not sleep that another thread has the writer lock. Nothing was begun. Immutable. */
public final class WriterBusyException extends RuntimeException {
    static final WriterBusyException NOW = new WriterBusyException();
    private static final long serialVersionUID = 1;

    private WriterBusyException() {
        super("Expected the writer lock to be free, but another thread has it", null, false, false);
    }
}
