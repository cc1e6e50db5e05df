package dev.plinth.engine.spring;

import dev.plinth.engine.Guard;
import dev.plinth.engine.GuardedRequest;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Guards paths of the application's own controllers: a {@link Guard} lets each call in, the controller answers it, and
 * the answer is remembered with its effects. A bean of this class is all that Spring Boot needs.
 *
 * <p>The controller gets the {@link GuardedRequest} as the request attribute {@link #REQUEST}. It reads a buffered
 * body, and its answer is collected until it is committed. So it cannot answer asynchronously or as a stream, set
 * cookies, or read the parts and parameters of a form. Its answer has the limits that {@link Guard} tells.
 *
 * <p>Other paths pass. Thread-safe.
 */
public final class GuardFilter implements Filter {
    /** The request attribute with the {@link GuardedRequest}. */
    public static final String REQUEST = "dev.plinth.engine.spring.GuardedRequest";

    private static final String PREFER = "prefer";
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final Map<PathPattern, Guard> guards = new LinkedHashMap<>();

    /**
     * Makes a filter.
     *
     * @param guard lets the calls in
     * @param paths patterns of paths as controllers have them, such as {@code /invoices/{id}} or {@code /pay/**}. The
     *     first that matches is the route in the request log
     */
    public GuardFilter(Guard guard, String... paths) {
        if (paths.length == 0) {
            throw new IllegalArgumentException("A guard needs paths, got none. Give one such as /invoices/**.");
        }
        for (String path : paths) {
            guards.put(PathPatternParser.defaultInstance.parse(path), guard.route(path));
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest asked && response instanceof HttpServletResponse answer) {
            Guard guard = guardOf(asked);
            if (guard != null) {
                // The application's code counts on the thread of the server, so no call waits elsewhere.
                Call head = ServletCalls.head(asked, PREFER);
                Reply reply = guard.handle(head, asked.getInputStream(), let -> answer(let, asked, answer, chain));
                write(reply, answer);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private @Nullable Guard guardOf(HttpServletRequest request) {
        PathContainer path = RequestPath.parse(request.getRequestURI(), request.getContextPath())
                .pathWithinApplication();
        for (Map.Entry<PathPattern, Guard> guard : guards.entrySet()) {
            if (guard.getKey().matches(path)) {
                return guard.getValue();
            }
        }
        return null;
    }

    private static Reply answer(
            GuardedRequest let, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        CollectedResponse collected =
                new CollectedResponse(response, reads ? Guard.READ_REPLY_BYTES_MAX : Guard.REPLY_BYTES_MAX);
        request.setAttribute(REQUEST, let);
        try {
            chain.doFilter(new BufferedRequest(request, let.call().body()), collected);
        } finally {
            request.removeAttribute(REQUEST);
        }
        return collected.reply();
    }

    private static void write(Reply reply, HttpServletResponse response) throws IOException {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        if (reply.status() != NO_CONTENT && reply.status() != NOT_MODIFIED) {
            response.setContentLength(reply.body().length);
            response.getOutputStream().write(reply.body());
        }
    }
}
