package dev.plinth.engine.http.connection;

import org.eclipse.jetty.io.Connection;

/** A connection whose place another one may need. Thread-safe. */
interface RankedConnection extends Connection {
    /** Returns true if a call on the connection has had a valid credential. */
    boolean hadCredential();

    /** Returns the phase of the connection. Called from another thread, and exact enough for deadlines. */
    Phase phase();
}
