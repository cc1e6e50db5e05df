package dev.plinth.engine.benchmarks;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/**
 * A way to answer an API's calls, from the credential to the bytes of the answer, without a socket. It is the engine,
 * or a stack that people would build in its place. Numbers tell calls apart. The number of a create determines its
 * idempotency key and its workspace. Thread-safe.
 */
interface Peer extends AutoCloseable {
    /** Creates {@link BenchedEngine#BODY} under a new key. Returns the id. */
    String create(int number);

    /** Repeats a create under its key. The answer must be the remembered one. */
    void replay(int number);

    /** Shows the resource of the create with this number. */
    void get(int number, String id);

    /** Returns true if the peer supports {@link #submit}. */
    default boolean canSubmit() {
        return false;
    }

    /** Submits a create without waiting for it. */
    default CompletableFuture<?> submit(int number) {
        throw new UnsupportedOperationException("Expected a peer that gives futures, but this one blocks");
    }

    @Override
    void close() throws SQLException;
}
