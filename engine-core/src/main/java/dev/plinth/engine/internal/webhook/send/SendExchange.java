package dev.plinth.engine.internal.webhook.send;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOSession;

/**
 * A request on a connection, with its answer. The connection's thread runs it.
 *
 * <p>It has to tell a kept connection that is gone from a receiver that fails. On a gone connection no byte has come
 * since the request was written.
 */
final class SendExchange implements AsyncClientExchangeHandler {
    private static final ContentType JSON = ContentType.create("application/json");

    private final SendAttempt sendAttempt;
    private final IOSession session;
    private final boolean kept;
    private final ByteBuffer body;
    private boolean written;
    private boolean ended;
    /** Bytes received before the request was begun, or -1 if it was not. */
    private long receivedBefore = -1;

    /**
     * Makes an exchange that has not begun.
     *
     * @param kept true if the connection has had an exchange before
     */
    SendExchange(SendAttempt sendAttempt, IOSession session, boolean kept) {
        this.sendAttempt = sendAttempt;
        this.session = session;
        this.kept = kept;
        this.body = ByteBuffer.wrap(sendAttempt.request().body());
    }

    /** Makes the head of a request. */
    static BasicHttpRequest head(SendRequest request, WebhookTarget target) {
        BasicHttpRequest head = new BasicHttpRequest(Method.POST, "/");
        // Set, because the constructor would take what follows two slashes for a host.
        head.setPath(target.path());
        head.setHeader(HttpHeaders.HOST, target.authority());
        // These two are the sender's.
        request.headers().forEach((name, value) -> {
            if (!name.equalsIgnoreCase("content-type") && !name.equalsIgnoreCase("user-agent")) {
                head.setHeader(name, value);
            }
        });
        return head;
    }

    /** Hands the exchange to the connection's thread. */
    void begin() {
        session.enqueue(new RequestExecutionCommand(this, HttpCoreContext.create()), Command.Priority.NORMAL);
    }

    @Override
    public void produceRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
        receivedBefore = received();
        channel.sendRequest(sendAttempt.httpRequest(), new BasicEntityDetails(body.remaining(), JSON), context);
    }

    @Override
    public int available() {
        return body.remaining();
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        if (body.hasRemaining()) {
            channel.write(body);
        }
        if (!body.hasRemaining() && !written) {
            written = true;
            channel.endStream();
        }
    }

    @Override
    public void consumeInformation(HttpResponse response, HttpContext context) {
        // A webhook ignores interim answers.
    }

    @Override
    public void consumeResponse(HttpResponse response, EntityDetails entity, HttpContext context) {
        Header retryAfter = response.getFirstHeader("Retry-After");
        sendAttempt.answered(response.getCode(), retryAfter == null ? null : retryAfter.getValue());
        if (entity == null) {
            complete();
        }
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer part) {
        if (!ended && !(sendAttempt.read(part) && isWithinBound())) {
            end();
            sendAttempt.completed(false);
        }
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
        complete();
    }

    @Override
    public void failed(Exception trouble) {
        if (end()) {
            boolean isGone = kept && (receivedBefore < 0 || received() == receivedBefore);
            sendAttempt.broken(trouble, isGone);
        }
    }

    @Override
    public void cancel() {
        failed(new IOException("The connection was closed before the request."));
    }

    @Override
    public void releaseResources() {
        // Called last in any case: an exchange that has not ended by now has failed.
        failed(new IOException("The connection was given up."));
    }

    private void complete() {
        if (end()) {
            sendAttempt.completed(written);
        }
    }

    private boolean end() {
        boolean isFirst = !ended;
        ended = true;
        return isFirst;
    }

    /** Returns false once chunks have brought too much besides the body, because each may have a long extension. */
    private boolean isWithinBound() {
        return received() - receivedBefore <= SendLimits.RESPONSE_RECEIVED_BYTES;
    }

    private long received() {
        EndpointDetails counted =
                session.getHandler() instanceof HttpConnection http ? http.getEndpointDetails() : null;
        return counted == null ? 0 : counted.getReceivedBytesCount();
    }
}
