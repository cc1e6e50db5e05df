package dev.plinth.engine.internal.store;

/** Says that another thread has the writer lock, to a thread that must not sleep until it is free; nothing was begun. Immutable. */
public final class WriterBusyException extends RuntimeException {
    static final WriterBusyException NOW = new WriterBusyException();
    private static final long serialVersionUID = 1;

    private WriterBusyException() {
        super("Expected the writer lock to be free, but another thread has it", null, false, false);
    }
}
