package dev.plinth.engine.spring;

import dev.plinth.engine.Guard;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.GuardedRequest;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Guards paths of the application's own controllers: a {@link Guard} lets each call in, the controller answers it, and
 * the answer is remembered with its effects. A bean of this class is all that Spring Boot needs.
 *
 * <p>The controller gets the {@link GuardedRequest} as the request attribute {@link #REQUEST}. It reads a buffered
 * body, and its answer is collected until it is committed. So it cannot answer asynchronously or as a stream, set
 * cookies, or read the parts of a multipart body. A forward fails with 500 and changes nothing; an include works. Its
 * answer has the limits that {@link Guard} tells.
 *
 * <p>Parameters are those of the query and, for POST, of a form in UTF-8. Curl sends JSON as a form. A body of that
 * type that begins as an object, array or string is shown as {@code application/json}.
 *
 * <p>A path is guarded in each spelling that a controller may answer to, so rather too much is guarded. Case and doubled
 * or trailing slashes do not matter, nor does the prefix of a servlet. A preflight request of CORS passes, and so do
 * other paths.
 *
 * <p>The filter is in front of filters that read forms, and so in front of Spring Security. If a filter has read the
 * body before, the call fails with 500 before the guard. Thread-safe.
 */
public final class GuardFilter implements Filter, Ordered {
    /** The request attribute with the {@link GuardedRequest}. */
    public static final String REQUEST = "dev.plinth.engine.spring.GuardedRequest";

    /** Behind the filter of the encoding, in front of HiddenHttpMethodFilter with -10,000 and all others with forms. */
    private static final int ORDER = -10_001;

    private static final PathPatternParser PATTERNS = new PathPatternParser();
    private static final PathContainer.Options DECODED = PathContainer.Options.create('/', false);
    private static final String PREFER = "prefer";
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    static {
        PATTERNS.setCaseSensitive(false);
    }

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
            guards.put(PATTERNS.parse(even(path)), guard.route(path));
        }
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest asked && response instanceof HttpServletResponse answer) {
            Guard guard = guardOf(asked);
            if (guard != null && !CorsUtils.isPreFlightRequest(asked)) {
                // The application's code counts on the thread of the server, so no call waits elsewhere.
                Call head = ServletCalls.head(asked, PREFER);
                Reply reply = guard.handle(head, body(asked), let -> answer(let, asked, answer, chain));
                write(reply, answer);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private @Nullable Guard guardOf(HttpServletRequest request) {
        List<PathContainer> spellings = spellings(request);
        for (Map.Entry<PathPattern, Guard> guard : guards.entrySet()) {
            if (spellings.stream().anyMatch(guard.getKey()::matches)) {
                return guard.getValue();
            }
        }
        return null;
    }

    /** Returns each path that a mapping to handlers may see in a request, whatever its settings. */
    private static List<PathContainer> spellings(HttpServletRequest request) {
        List<PathContainer> spellings = new ArrayList<>();
        PathContainer whole = RequestPath.parse(request.getRequestURI(), request.getContextPath())
                .pathWithinApplication();
        spellings.add(whole);
        spellings.add(PathContainer.parsePath(even(whole.value())));
        PathContainer inServlet = inServlet(request);
        if (inServlet != null) {
            spellings.add(inServlet);
            spellings.add(PathContainer.parsePath(even(inServlet.value())));
        }
        String servletPath = request.getServletPath();
        String rest = request.getPathInfo();
        spellings.add(PathContainer.parsePath(even(rest == null ? servletPath : servletPath + rest), DECODED));
        if (rest != null) {
            spellings.add(PathContainer.parsePath(even(rest), DECODED));
        }
        return spellings;
    }

    /** Returns the path that DispatcherServlet sees, or null if it would refuse the spelling of its own prefix. */
    private static @Nullable PathContainer inServlet(HttpServletRequest request) {
        try {
            return ServletRequestPathUtils.parse(request).pathWithinApplication();
        } catch (IllegalArgumentException prefixIsSpelledOtherwise) {
            return null;
        }
    }

    private static String even(String path) {
        String single = path.replaceAll("/{2,}", "/");
        return single.length() > 1 && single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
    }

    private static ServletInputStream body(HttpServletRequest request) throws IOException {
        return ServletCalls.body(
                request,
                "A filter has read the body of a guarded path before the guard, which has the order " + ORDER
                        + ". Order that filter behind it.");
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
        if (response.isCommitted()) {
            throw new IllegalStateException("The code at a guarded path has answered past the guard, such as by a"
                    + " forward of the servlet context. Answer by the response that the code was given.");
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
