package dev.plinth.engine.internal.store.log;

/**
 * A damaged place of a store. The message names it as the middle of a sentence.
 *
 * <p>It never leaves the room. Each tool turns it into a sentence with a next step.
 */
public final class StoreDamageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long position;

    /**
     * Makes a damaged place.
     *
     * @param what the damage and its place
     * @param file the damaged file, or the first one that cannot be read because of it
     * @param position the first unusable byte in it
     */
    public StoreDamageException(String what, String file, long position) {
        super(what, null, false, false);
        this.file = file;
        this.position = position;
    }

    public String what() {
        return String.valueOf(getMessage());
    }

    public String file() {
        return file;
    }

    public long position() {
        return position;
    }
}
