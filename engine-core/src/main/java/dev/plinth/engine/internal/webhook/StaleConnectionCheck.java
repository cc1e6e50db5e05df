package dev.plinth.engine.internal.webhook;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Tells a kept connection that is gone from a receiver that fails, by what the connection has counted: it had an answer before,
 * and nothing has come since. A receiver that takes too long is no such case.
 */
final class StaleConnectionCheck extends HttpRequestExecutor {
    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            @Nullable HttpResponseInformationCallback interim,
            HttpContext context)
            throws IOException, HttpException {
        EndpointDetails counted = connection.getEndpointDetails();
        boolean kept = counted != null && counted.getResponseCount() > 0;
        long before = kept ? counted.getReceivedBytesCount() : 0;
        try {
            return super.execute(request, connection, interim, context);
        } catch (SocketTimeoutException slow) {
            throw slow;
        } catch (IOException gone) {
            throw kept && counted.getReceivedBytesCount() == before ? new StaleConnectionException(gone) : gone;
        }
    }
}
