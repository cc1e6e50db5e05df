package dev.plinth.engine.spring;

import dev.plinth.engine.api.Call;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpHeaders;

/** Makes calls of requests to the application's server. */
final class ServletCalls {
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    private ServletCalls() {}

    /**
     * Returns the call of a request, without its body.
     *
     * @param hidden the lower-case name of a header that the engine is not to see; empty for none
     */
    static Call head(HttpServletRequest request, String hidden) {
        return head(
                request,
                request.getRequestURI().substring(request.getContextPath().length()),
                hidden);
    }

    /**
     * Returns the call of a request at a path, without its body.
     *
     * @param hidden the lower-case name of a header that the engine is not to see; empty for none
     */
    static Call head(HttpServletRequest request, String path, String hidden) {
        Map<String, String> headers = headers(request);
        headers.remove(hidden);
        return Call.of(request.getMethod(), path, request.getQueryString(), headers)
                .withScheme(request.getScheme());
    }

    /**
     * Returns the body of a request. A call without one may do something else, so a body that is gone is no empty one.
     *
     * @param otherwise the message of the exception, which the log of the application shows
     * @throws IllegalStateException if a filter has read it
     */
    static ServletInputStream body(HttpServletRequest request, String otherwise) throws IOException {
        ServletInputStream body = request.getInputStream();
        boolean sent = request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
        if (sent && body.isFinished()) {
            throw new IllegalStateException(otherwise);
        }
        return body;
    }

    private static Map<String, String> headers(HttpServletRequest request) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            String key = name.toLowerCase(Locale.ROOT);
            String between = key.equals(IDEMPOTENCY_KEY) ? String.valueOf(Call.REPEATED) : ", ";
            headers.put(key, String.join(between, Collections.list(request.getHeaders(name))));
        }
        return headers;
    }
}
