package dev.plinth.engine.internal.store;

/** Says that another thread has the writer lock, to a thread that must not sleep until it is free; nothing was begun. Immutable. */
public final class WriterBusy extends RuntimeException {
    static final WriterBusy NOW = new WriterBusy();
    private static final long serialVersionUID = 1;

    private WriterBusy() {
        super("Expected the writer lock to be free, but another thread has it", null, false, false);
    }
}
