package dev.plinth.engine.internal.store;

/**
 * A place at which a store is not whole. Its message says which, as the middle of a sentence.
 *
 * <p>It never leaves the room: each tool makes of it a sentence with a next step.
 */
final class StoreDamageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long position;

    /**
     * A damaged place.
     *
     * @param what what is wrong and where
     * @param file the file that is damaged, or the first one that cannot be read because of it
     * @param position the first byte in it that cannot be used
     */
    StoreDamageException(String what, String file, long position) {
        super(what, null, false, false);
        this.file = file;
        this.position = position;
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String file() {
        return file;
    }

    long position() {
        return position;
    }
}
