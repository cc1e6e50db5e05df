package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.OptionalLibrary;
import dev.plinth.engine.internal.timer.Backoff;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sender that is made when something is first to be sent: its trusted certificates and its HTTP client were a sixth of a cold start,
 * and many an engine never sends. Thread-safe.
 *
 * <p>A JVM without TLS, or with another version of the HTTP client on its class path, can make no sender, or one that cannot send. That is told once,
 * and shown by {@link #problem} until something is sent. Meanwhile each attempt fails, and the sender is tried again after a {@link Backoff}.
 * A sender whose threads have ended by an error is replaced.
 */
final class LazySender implements AutoCloseable {
    private static final System.Logger LOG = Log.of(LazySender.class);

    private final System.Logger log = Log.sparing(LazySender.class);
    private final Supplier<Sender> maker;
    private @Nullable Sender sender;
    private boolean closed;
    private volatile @Nullable Broken broken;

    /** No sender yet; the maker is asked once, and again only if it failed. */
    LazySender(Supplier<Sender> maker) {
        this.maker = maker;
    }

    /** Makes one attempt, as {@link Sender#send} does. It fails if there is no sender, or none that can send. */
    void send(SendRequest request, Consumer<SendResult> listener) {
        Broken before = broken;
        if (before != null && !before.backoff.isOver()) {
            listener.accept(before.result());
            return;
        }
        try {
            requireClient();
        } catch (IllegalStateException missing) {
            listener.accept(broken(SendError.CONNECTION, missing, String.valueOf(missing.getMessage())));
            return;
        }
        try {
            sender().send(request, result -> {
                if (broken != null) {
                    broken = null;
                }
                listener.accept(result);
            });
        } catch (IllegalStateException noTls) {
            listener.accept(broken(SendError.TLS, noTls, "Start the engine on a JVM with TLS."));
        } catch (LinkageError otherVersion) {
            listener.accept(broken(
                    SendError.CONNECTION,
                    otherVersion,
                    "Add dev.plinth:engine-webhook-client to the class path, in the version of engine-core."));
        } catch (Error unexpected) {
            log.log(System.Logger.Level.ERROR, "Expected an attempt to begin, but it failed", unexpected);
            listener.accept(new SendResult(null, null, null, SendError.CONNECTION, 0));
        }
    }

    /** The same for a thread that may wait. */
    SendResult send(SendRequest request) {
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        send(request, result::complete);
        return result.join();
    }

    /** Says why nothing can be sent; empty if something can, or nothing was to be sent yet. */
    Optional<String> problem() {
        Broken now = broken;
        return now == null
                ? Optional.empty()
                : Optional.of(
                        "No webhook can be sent (" + now.failure.getClass().getSimpleName() + "). " + now.advice
                                + " Attempts fail until then, and are made again on their schedule.");
    }

    private synchronized SendResult broken(SendError error, Throwable failure, String advice) {
        Broken before = broken;
        if (before != null && !before.backoff.isOver()) {
            return before.result(); // another attempt has found the same
        }
        Broken now = new Broken(error, failure, advice, Backoff.after(before == null ? null : before.backoff));
        broken = now;
        if (before == null) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Expected a sender for webhooks, but it cannot be made or cannot send; attempts fail until it can. "
                            + advice,
                    failure);
        }
        return now.result();
    }

    private synchronized void requireClient() {
        if (sender == null) {
            OptionalLibrary.WEBHOOK_CLIENT.require();
        }
    }

    private synchronized Sender sender() {
        Sender made = sender;
        if (made != null && !made.isAlive()) {
            made.close();
            made = null;
        }
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

    /** Why the last try has failed, and when the next one may come. */
    private record Broken(SendError error, Throwable failure, String advice, Backoff backoff) {
        SendResult result() {
            return new SendResult(null, null, null, error, 0);
        }
    }
}
