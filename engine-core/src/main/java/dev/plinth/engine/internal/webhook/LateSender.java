package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.OptionalLibrary;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sender that is made when something is first to be sent: its trusted certificates and its HTTP client were a sixth of a cold start,
 * and many an engine never sends. Thread-safe.
 */
final class LateSender implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LateSender.class.getName());

    private final Supplier<Sender> maker;
    private @Nullable Sender sender;
    private boolean closed;

    /** No sender yet; the maker is asked once, and again only if it failed. */
    LateSender(Supplier<Sender> maker) {
        this.maker = maker;
    }

    /** Makes one attempt, as {@link Sender#send} does. The attempt fails where the client is missing, or the JVM has no TLS. */
    SendResult send(SendRequest request) {
        try {
            OptionalLibrary.WEBHOOK_CLIENT.require();
        } catch (IllegalStateException noClient) {
            LOG.log(System.Logger.Level.ERROR, noClient.getMessage());
            return new SendResult(null, null, null, SendError.CONNECTION, 0);
        }
        Sender made;
        try {
            made = sender();
        } catch (IllegalStateException noTls) {
            LOG.log(System.Logger.Level.ERROR, "Expected a JVM with TLS, but it has none; no webhook is sent", noTls);
            return new SendResult(null, null, null, SendError.TLS, 0);
        }
        return made.send(request);
    }

    private synchronized Sender sender() {
        Sender made = sender;
        if (made == null) {
            made = maker.get();
            sender = made;
            if (closed) {
                made.close();
            }
        }
        return made;
    }

    /** Cuts all connections, as {@link Sender#close} does. */
    @Override
    public synchronized void close() {
        closed = true;
        if (sender != null) {
            sender.close();
        }
    }
}
