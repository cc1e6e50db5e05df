package dev.plinth.engine.benchmarks;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/**
 * One way to answer an API's calls, from the credential to the bytes of the answer, without a socket: the engine, or what people
 * would wire together in its place. Numbers tell calls apart: that of a create makes its idempotency key, and the workspace whose
 * turn it is. Thread-safe.
 */
interface Peer extends AutoCloseable {
    /** Creates {@link BenchedEngine#BODY} under a fresh key; gives the id. */
    String create(int number);

    /** Repeats a create under its key: the answer has to be the remembered one. */
    void replay(int number);

    /** Shows what the create of this number made. */
    void get(int number, String id);

    /** True if {@link #submit} does what its name says. */
    default boolean canSubmit() {
        return false;
    }

    /** A create that nobody waits for. */
    default CompletableFuture<?> submit(int number) {
        throw new UnsupportedOperationException("Expected a peer that gives futures, but this one blocks");
    }

    @Override
    void close() throws SQLException;
}
