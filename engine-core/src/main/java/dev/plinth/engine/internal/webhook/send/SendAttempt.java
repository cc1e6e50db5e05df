package dev.plinth.engine.internal.webhook.send;

import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * A webhook that is being sent. It remembers what has arrived so far, so that a failure halfway still tells the status.
 * It ends once: by its answer, a failure, its deadline or the close of the sender, whichever comes first. Thread-safe.
 */
final class SendAttempt {
    private static final int SUCCESS_FIRST = 200;
    private static final int SUCCESS_LAST = 299;

    private final SendRequest request;
    private final WebhookTarget target;
    private final Transport transport;
    private final Consumer<SendResult> listener;
    private final ResponseReader body = new ResponseReader();
    private final long begunNanos = System.nanoTime();
    /**
     * Made on the thread that begins the attempt, because an error there does not end the threads of all connections.
     */
    private @Nullable BasicHttpRequest head;

    private boolean over;
    private ConnectionPool.@Nullable Connection connection;
    private @Nullable Future<?> connecting;
    private @Nullable Future<?> deadline;
    private @Nullable Integer status;
    private @Nullable Long retryAfterSeconds;

    /** The sender, as an attempt sees it. */
    interface Transport {
        /** Goes on with a new connection. */
        void dial(SendAttempt sendAttempt);

        /** Keeps the connection for the next attempt. */
        void keep(SendAttempt sendAttempt, ConnectionPool.Connection connection);

        /** Forgets the attempt. */
        void ended(SendAttempt sendAttempt);
    }

    /**
     * Makes an attempt that has not begun.
     *
     * @param listener receives the result, once
     */
    SendAttempt(SendRequest request, WebhookTarget target, Transport transport, Consumer<SendResult> listener) {
        this.request = request;
        this.target = target;
        this.transport = transport;
        this.listener = listener;
        this.head = SendExchange.head(request, target);
    }

    SendRequest request() {
        return request;
    }

    WebhookTarget target() {
        return target;
    }

    /** Returns the head of the request, for one exchange. */
    synchronized BasicHttpRequest httpRequest() {
        BasicHttpRequest made = head == null ? SendExchange.head(request, target) : head;
        head = null;
        return made;
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Takes the timer of the deadline, and cancels it when the attempt has ended. */
    synchronized void deadline(Future<?> timer) {
        deadline = timer;
        if (over) {
            timer.cancel(false);
        }
    }

    /** Takes a connection that is being made. */
    synchronized void connecting(Future<?> made) {
        connecting = made;
        if (over) {
            made.cancel(true);
        }
    }

    /**
     * Takes a connection before its handshake, so that the end of the attempt cuts it. Returns false if the attempt has
     * ended and the connection is cut.
     */
    boolean reached(ConnectionPool.Connection made) {
        synchronized (this) {
            connecting = null;
            if (!over) {
                connection = made;
                return true;
            }
        }
        made.cut();
        return false;
    }

    /** Sends the request on a connection, unless the attempt has ended meanwhile. */
    void exchange(ConnectionPool.Connection on, boolean kept) {
        if (reached(on)) {
            new SendExchange(this, on.session(), kept).begin();
        }
    }

    /** Takes the head of the answer. */
    synchronized void answered(int code, @Nullable String retryAfter) {
        status = code;
        retryAfterSeconds = retryAfter == null ? null : RetryAfter.seconds(retryAfter, request.now());
    }

    /** Takes a part of the answer. Returns false if no more of it is wanted. */
    synchronized boolean read(ByteBuffer part) {
        return body.read(part);
    }

    /**
     * Takes the end of the answer, or of the part of it that is wanted.
     *
     * @param reusable true if the connection can take another request
     */
    void completed(boolean reusable) {
        ConnectionPool.Connection used = null;
        synchronized (this) {
            if (over) {
                return; // the end cuts the connection, so no other attempt may get it
            }
            if (reusable) {
                used = connection;
                connection = null;
            }
        }
        if (used != null) {
            transport.keep(this, used);
        }
        Integer code = status();
        boolean isSuccess = code != null && code >= SUCCESS_FIRST && code <= SUCCESS_LAST;
        end(isSuccess ? null : SendError.HTTP);
    }

    /**
     * Takes the failure of the connection.
     *
     * @param isGone true if it was a kept one that the receiver had most likely closed before, which is no failure
     */
    void broken(Exception trouble, boolean isGone) {
        if (isGone && !isOver()) {
            ConnectionPool.Connection gone = connection();
            if (gone != null) {
                gone.cut();
            }
            transport.dial(this);
        } else {
            end(classify(trouble));
        }
    }

    /** Ends the attempt, if nothing has ended it before, and cuts its connection. */
    void end(@Nullable SendError error) {
        ConnectionPool.Connection left;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            left = connection;
            if (deadline != null) {
                deadline.cancel(false);
            }
            if (connecting != null) {
                connecting.cancel(true);
            }
        }
        if (left != null) {
            left.cut();
        }
        transport.ended(this);
        listener.accept(result(error));
    }

    /** Ends the attempt without telling the listener, which gets an error instead. */
    void abandon() {
        synchronized (this) {
            over = true;
            if (deadline != null) {
                deadline.cancel(false);
            }
        }
        transport.ended(this);
    }

    private synchronized SendResult result(@Nullable SendError error) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        return new SendResult(status, body.text(), retryAfterSeconds, error, millis);
    }

    private synchronized ConnectionPool.@Nullable Connection connection() {
        return connection;
    }

    private synchronized @Nullable Integer status() {
        return status;
    }

    /** Returns why a connection could not be opened. */
    static SendError classify(Exception trouble, boolean inHandshake) {
        return inHandshake && trouble instanceof ConnectionClosedException ? SendError.TLS : classify(trouble);
    }

    private static SendError classify(Exception trouble) {
        if (trouble instanceof ForbiddenAddressException) {
            return SendError.FORBIDDEN_ADDRESS;
        }
        if (trouble instanceof UnknownHostException) {
            return SendError.DNS;
        }
        if (trouble instanceof SSLException) {
            return SendError.TLS;
        }
        if (trouble instanceof SocketTimeoutException) {
            return SendError.TIMEOUT;
        }
        // A chunk that breaks off is a closed connection, not malformed HTTP.
        if (trouble instanceof TruncatedChunkException) {
            return SendError.CONNECTION;
        }
        return trouble instanceof HttpException
                        || trouble instanceof MessageConstraintException
                        || trouble instanceof MalformedChunkCodingException
                ? SendError.HTTP
                : SendError.CONNECTION;
    }
}
