package dev.plinth.engine.spring;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Keeps Spring's {@code FormContentFilter} away from JSON that a caller of the wire sends as a form, as curl does. That
 * filter reads the body of each form of PUT, PATCH and DELETE. An API key tells a call of the wire. Thread-safe.
 */
final class WireFormFilter implements Filter, Ordered {
    /** In front of FormContentFilter with -9,900, and behind a guard, whose controllers may take forms. */
    private static final int ORDER = -9_901;

    private static final Set<String> METHODS = Set.of("PUT", "PATCH", "DELETE");
    private static final Pattern KEY = Pattern.compile("bearer +[sr]k_(live|test)_.*", Pattern.CASE_INSENSITIVE);

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest asked && isCall(asked)) {
            chain.doFilter(new Untyped(asked), response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static boolean isCall(HttpServletRequest request) {
        String credential = request.getHeader(HttpHeaders.AUTHORIZATION);
        return METHODS.contains(request.getMethod())
                && credential != null
                && KEY.matcher(credential).matches()
                && isForm(request.getContentType())
                && isOfTheWire(request)
                && request.getAttribute(GuardFilter.REQUEST) == null;
    }

    private static boolean isForm(@Nullable String type) {
        return type != null
                && type.strip().toLowerCase(Locale.ROOT).startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE);
    }

    private static boolean isOfTheWire(HttpServletRequest request) {
        try {
            return ServletRequestPathUtils.parse(request)
                    .pathWithinApplication()
                    .value()
                    .startsWith("/v1/");
        } catch (IllegalArgumentException isNoPathOfTheServlet) {
            return false; // the dispatcher refuses it
        }
    }

    /** A request that filters take for one without a type. Its header stays, which the engine reads. */
    private static final class Untyped extends HttpServletRequestWrapper {
        Untyped(HttpServletRequest request) {
            super(request);
        }

        @Override
        public @Nullable String getContentType() {
            return null;
        }
    }
}
