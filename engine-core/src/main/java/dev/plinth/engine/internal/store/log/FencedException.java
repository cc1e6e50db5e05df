package dev.plinth.engine.internal.store.log;

import java.io.IOException;

/** Tells that another opening has got past the lock of the directory. */
final class FencedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean beforeTheWrite;

    private FencedException(boolean beforeTheWrite) {
        super("another process has opened the directory");
        this.beforeTheWrite = beforeTheWrite;
    }

    /** Refuses to write after an end that a later opening may have read. */
    static void requireOurs(boolean isOurs) throws FencedException {
        if (!isOurs) {
            throw new FencedException(true);
        }
    }

    /** Refuses to acknowledge a write that a later opening may or may not have read. */
    static void requireStillOurs(boolean isOurs) throws FencedException {
        if (!isOurs) {
            throw new FencedException(false);
        }
    }

    /** Returns true if nothing was written after the fence. */
    boolean isBeforeTheWrite() {
        return beforeTheWrite;
    }
}
