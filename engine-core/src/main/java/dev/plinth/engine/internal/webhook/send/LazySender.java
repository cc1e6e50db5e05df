package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.OptionalLibrary;
import dev.plinth.engine.internal.timer.Backoff;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hc.core5.ssl.SSLInitializationException;
import org.jspecify.annotations.Nullable;

/**
 * Sends webhooks, and tells where they may go. Makes a sender when the first webhook is sent. Its trusted certificates and HTTP client were a sixth of a cold start,
 * and many engines never send. Thread-safe.
 *
 * <p>A JVM without TLS, or with another version of the HTTP client on its class path, can make no sender, or one that
 * cannot send. The reason is logged once, and {@link #problem} returns it until a webhook is sent. Meanwhile each
 * attempt fails, and the sender is tried again after a {@link Backoff}. A sender whose threads have ended by an error
 * is replaced.
 */
public final class LazySender implements AutoCloseable {
    private static final System.Logger LOG = Log.of(LazySender.class);

    private final System.Logger log = Log.sparing(LazySender.class);
    private final AddressFilter filter;
    private final Supplier<Sender> maker;
    private @Nullable Sender sender;
    private boolean closed;
    private volatile @Nullable Broken broken;

    /**
     * Begins without a sender.
     *
     * @param allowed ranges that may be called although they are not public
     * @param userAgent the header {@code user-agent}
     */
    public LazySender(List<String> allowed, String userAgent) {
        this.filter = new AddressFilter(allowed);
        this.maker = () -> Sender.create(filter, userAgent);
    }

    /** Begins without a sender. The maker is called once, and again only if it has failed. */
    LazySender(AddressFilter filter, Supplier<Sender> maker) {
        this.filter = filter;
        this.maker = maker;
    }

    /**
     * Checks the spelling of a range.
     *
     * @throws IllegalArgumentException if it is not a range; one sentence says why
     */
    public static void checkRange(String range) {
        AddressFilter.checkRange(range);
    }

    /** Returns the problems of an endpoint's URL; empty if webhooks can be sent to it. */
    public List<String> urlProblems(String url) {
        return WebhookUrl.parse(url, filter) instanceof WebhookUrl.Refused refused ? refused.problems() : List.of();
    }

    /** Returns host and port of a URL without problems in one spelling, such as {@code example.com:443}. */
    public static String hostAndPort(String url) {
        return WebhookTarget.of(URI.create(url)).hostAndPort();
    }

    /** Makes one attempt, as {@link Sender#send} does. The attempt fails if no sender can send. */
    public void send(SendRequest request, Consumer<SendResult> listener) {
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
        } catch (IllegalStateException notMade) {
            listener.accept(
                    notMade instanceof SSLInitializationException
                            ? broken(SendError.TLS, notMade, "Start the engine on a JVM with TLS.")
                            : broken(
                                    SendError.CONNECTION,
                                    notMade,
                                    "Raise the limit of open files for this process, if that is what the log shows."));
        } catch (LinkageError otherVersion) {
            listener.accept(broken(
                    SendError.CONNECTION,
                    otherVersion,
                    "Add dev.plinth:engine-webhook-client to the class path, in the version of engine-core."));
        } catch (Error unexpected) {
            log.log(System.Logger.Level.ERROR, "An attempt could not begin", unexpected);
            listener.accept(new SendResult(null, null, null, SendError.CONNECTION, 0));
        }
    }

    /** Makes one attempt and waits for its result. */
    public SendResult send(SendRequest request) {
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        send(request, result::complete);
        return result.join();
    }

    /** Returns why nothing can be sent. Empty if something can, or if nothing was to be sent yet. */
    public Optional<String> problem() {
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
                    "No webhook can be sent, and every attempt fails until this is corrected. " + advice,
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

    /** Replaces the ranges that may be called although they are not public, and uses no older connection any more. */
    public synchronized void allow(List<String> ranges) {
        filter.allow(ranges);
        if (sender != null) {
            sender.filterChanged();
        }
    }

    /** Cuts all connections, as {@link Sender#close} does. */
    @Override
    public synchronized void close() {
        closed = true;
        if (sender != null) {
            sender.close();
        }
    }

    /** The reason why the last try has failed, with the time before the next one. */
    private record Broken(SendError error, Throwable failure, String advice, Backoff backoff) {
        SendResult result() {
            return new SendResult(null, null, null, error, 0);
        }
    }
}
