package dev.plinth.engine.spring;

import dev.plinth.engine.api.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Makes calls of requests to the application's server. */
final class ServletCalls {
    private static final byte[] NO_BODY = {};
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    private ServletCalls() {}

    /**
     * Returns the call of a request, without its body.
     *
     * @param hidden the lower-case name of a header that the engine is not to see; empty for none
     */
    static Call head(HttpServletRequest request, String hidden) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        Map<String, String> headers = headers(request);
        headers.remove(hidden);
        return new Call(request.getMethod(), path, request.getQueryString(), headers, NO_BODY, false);
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
