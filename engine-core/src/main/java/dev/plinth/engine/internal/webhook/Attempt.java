package dev.plinth.engine.internal.webhook;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;

/**
 * One webhook on its way, which remembers what has arrived so far, so that a failure halfway still tells the status.
 *
 * <p>Run by one thread; {@link #expire} may come from another at any time.
 */
final class Attempt {
    private static final ContentType JSON = ContentType.create("application/json");
    private static final int SUCCESS_FIRST = 200;
    private static final int SUCCESS_LAST = 299;

    private final SendRequest request;
    private final HttpPost post;
    private final ResponseReader body = new ResponseReader();
    private volatile boolean expired;
    private @Nullable Integer status;
    private @Nullable Long retryAfterSeconds;

    Attempt(SendRequest request) {
        this.request = request;
        this.post = new HttpPost(request.url());
        request.headers().forEach(post::setHeader);
        // These two are the sender's, which adds them where they are missing.
        post.removeHeaders("content-type");
        post.removeHeaders("user-agent");
        post.setEntity(new ByteArrayEntity(request.body(), JSON));
    }

    /** Ends the attempt wherever it is; the sender's deadline. */
    void expire() {
        expired = true;
        post.cancel();
    }

    /**
     * Sends and reads the answer; null if it was a success.
     *
     * @param client may use a kept connection
     * @param dialling makes a new one for each request: for the second try, if the kept one was gone
     */
    @Nullable
    SendError run(HttpClient client, HttpClient dialling) {
        try {
            exchange(client, dialling);
            return status != null && status >= SUCCESS_FIRST && status <= SUCCESS_LAST ? null : SendError.HTTP;
        } catch (IOException trouble) {
            return expired ? SendError.TIMEOUT : classify(trouble);
        } catch (RuntimeException unexpected) {
            // A wait for a connection that is cancelled ends in a CancellationException.
            if (expired) {
                return SendError.TIMEOUT;
            }
            throw unexpected;
        } finally {
            // Not close(): that reads the rest of the answer first. Does nothing if all of it was read.
            post.cancel();
        }
    }

    SendResult result(@Nullable SendError error, long durationMillis) {
        return new SendResult(status, body.text(), retryAfterSeconds, error, durationMillis);
    }

    private void exchange(HttpClient client, HttpClient dialling) throws IOException {
        ClassicHttpResponse response = open(client, dialling);
        status = response.getCode();
        retryAfterSeconds = retryAfter(response, request.now());
        HttpEntity entity = response.getEntity();
        if (entity != null) {
            body.read(entity.getContent());
        }
    }

    /** A receiver may close a kept connection while the request is on its way; that is nobody's failure. */
    private ClassicHttpResponse open(HttpClient client, HttpClient dialling) throws IOException {
        try {
            return client.executeOpen(null, post, null);
        } catch (StaleConnectionException gone) {
            return dialling.executeOpen(null, post, null);
        }
    }

    private static @Nullable Long retryAfter(ClassicHttpResponse response, Instant now) {
        Header header = response.getFirstHeader("Retry-After");
        return header == null ? null : RetryAfter.seconds(header.getValue(), now);
    }

    private static SendError classify(IOException trouble) {
        if (trouble instanceof ForbiddenAddressException) {
            return SendError.FORBIDDEN_ADDRESS;
        }
        if (trouble instanceof UnknownHostException) {
            return SendError.DNS;
        }
        if (trouble instanceof SSLException) {
            return SendError.TLS;
        }
        if (trouble instanceof SocketTimeoutException || trouble instanceof ConnectionRequestTimeoutException) {
            return SendError.TIMEOUT;
        }
        // A chunk that breaks off is a closed connection, not bad HTTP.
        if (trouble instanceof TruncatedChunkException) {
            return SendError.CONNECTION;
        }
        return trouble instanceof ClientProtocolException
                        || trouble instanceof MessageConstraintException
                        || trouble instanceof MalformedChunkCodingException
                ? SendError.HTTP
                : SendError.CONNECTION;
    }
}
