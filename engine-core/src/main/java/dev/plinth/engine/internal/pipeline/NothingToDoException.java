package dev.plinth.engine.internal.pipeline;

/** Leaves the writer lock with nothing written: another call has taken what there was to do, so this one waits on. */
final class NothingToDoException extends RuntimeException {
    static final NothingToDoException NOW = new NothingToDoException();
    private static final long serialVersionUID = 1;

    private NothingToDoException() {
        super(null, null, false, false);
    }
}
