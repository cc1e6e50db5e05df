package dev.plinth.engine.internal.base.rows;

/** Translates the parts of a row that are those of its store: list numbers and encrypted secrets. */
public interface RowTranslation {
    /**
     * Returns the number of the same row in the other store.
     *
     * @throws IllegalStateException if no row of the workspace has the number
     */
    long number(long number);

    /** Returns the number of the last row that is at most this one; less than all of them if there is none. */
    long atMost(long number);

    /** Returns the number of the first row that is at least this one; more than all of them if there is none. */
    long atLeast(long number);

    /**
     * Returns a secret as the other side keeps it.
     *
     * @param owner the bytes to which its encryption is bound
     */
    byte[] secret(byte[] secret, byte[] owner);
}
