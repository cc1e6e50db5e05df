package dev.plinth.engine.internal.webhook;

import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.io.CloseMode;

/**
 * A connection that closes without a farewell, because a polite TLS close writes, and a receiver that has stopped reading
 * would block that write for ever: in the pool's lock, or on the thread that fires the deadlines.
 *
 * <p>Nothing is lost by it: a connection is closed only when its answer has been read or is no longer wanted.
 */
final class AbruptConnection extends DefaultManagedHttpClientConnection {
    AbruptConnection(String id, Http1Config limits) {
        super(id, null, null, limits, null, null, null, null);
    }

    @Override
    public void close() {
        super.close(CloseMode.IMMEDIATE);
    }

    @Override
    public void close(CloseMode ignored) {
        super.close(CloseMode.IMMEDIATE);
    }
}
