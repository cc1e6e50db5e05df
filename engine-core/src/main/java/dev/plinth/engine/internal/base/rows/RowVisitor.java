package dev.plinth.engine.internal.base.rows;

import java.io.IOException;

/** Takes the rows of a table. */
@FunctionalInterface
public interface RowVisitor {
    /**
     * Takes one row.
     *
     * @throws IOException if it cannot be written where it goes; the visit ends with that
     */
    void visit(byte[] key, byte[] row) throws IOException;
}
