package dev.plinth.engine.spring;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** Shows a controller a request whose body was read, and that is answered on its thread. One thread at a time. */
final class BufferedRequest extends HttpServletRequestWrapper {
    private final Body body;
    private final boolean jsonAsForm;
    private final Map<String, String[]> parameters;

    BufferedRequest(HttpServletRequest request, byte[] body) {
        super(request);
        this.body = new Body(body);
        String text = isForm(request) ? new String(body, StandardCharsets.UTF_8) : "";
        // A form has these characters encoded.
        String start = text.stripLeading();
        this.jsonAsForm = start.startsWith("{") || start.startsWith("[") || start.startsWith("\"");
        Map<String, List<String>> values = new LinkedHashMap<>();
        decode(request.getQueryString(), values);
        // Spring's FormContentFilter adds the form of other methods.
        if (!jsonAsForm && request.getMethod().equals("POST")) {
            decode(text, values);
        }
        Map<String, String[]> arrays = new LinkedHashMap<>();
        values.forEach((name, all) -> arrays.put(name, all.toArray(String[]::new)));
        this.parameters = Collections.unmodifiableMap(arrays);
    }

    private static boolean isForm(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null
                && type.split(";", 2)[0].strip().equalsIgnoreCase(MediaType.APPLICATION_FORM_URLENCODED_VALUE);
    }

    private static void decode(@Nullable String form, Map<String, List<String>> into) {
        if (form == null) {
            return;
        }
        for (String pair : form.split("&")) {
            if (!pair.isEmpty()) {
                String[] parts = pair.split("=", 2);
                into.computeIfAbsent(decoded(parts[0]), unknown -> new ArrayList<>())
                        .add(parts.length == 1 ? "" : decoded(parts[1]));
            }
        }
    }

    private static String decoded(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrongEncoding) {
            return encoded;
        }
    }

    @Override
    public @Nullable String getContentType() {
        return jsonAsForm ? MediaType.APPLICATION_JSON_VALUE : super.getContentType();
    }

    @Override
    public @Nullable String getHeader(String name) {
        return isShownType(name) ? MediaType.APPLICATION_JSON_VALUE : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return isShownType(name)
                ? Collections.enumeration(List.of(MediaType.APPLICATION_JSON_VALUE))
                : super.getHeaders(name);
    }

    private boolean isShownType(String header) {
        return jsonAsForm && header.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE);
    }

    @Override
    public @Nullable String getParameter(String name) {
        String[] values = parameters.get(name);
        return values == null ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        String[] values = parameters.get(name);
        return values == null ? null : values.clone();
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return parameters;
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(parameters.keySet());
    }

    @Override
    public Part getPart(String name) {
        throw noParts();
    }

    @Override
    public Collection<Part> getParts() {
        throw noParts();
    }

    private static IllegalStateException noParts() {
        return new IllegalStateException("A guarded path has no parts of a multipart body. Read the stream.");
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        RequestDispatcher dispatcher = super.getRequestDispatcher(path);
        return dispatcher == null ? null : new IncludeOnly(dispatcher);
    }

    @Override
    public ServletInputStream getInputStream() {
        return body;
    }

    @Override
    public BufferedReader getReader() throws UnsupportedEncodingException {
        String encoding = getCharacterEncoding();
        return new BufferedReader(
                new InputStreamReader(body, encoding == null ? StandardCharsets.UTF_8.name() : encoding));
    }

    @Override
    public boolean isAsyncSupported() {
        return false;
    }

    @Override
    public AsyncContext startAsync() {
        throw new IllegalStateException("A guarded path is answered on its thread. Start a job for longer work.");
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        return startAsync();
    }

    /** Includes, and refuses to forward: a forward ends the server's own response, so that no reply could leave. */
    private record IncludeOnly(RequestDispatcher dispatcher) implements RequestDispatcher {
        @Override
        public void forward(ServletRequest request, ServletResponse response) {
            throw new IllegalStateException("A guarded path cannot forward. Call the code, or include its path.");
        }

        @Override
        public void include(ServletRequest request, ServletResponse response) throws ServletException, IOException {
            dispatcher.include(request, response);
        }
    }

    /** A body that is there. */
    private static final class Body extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        Body(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int from, int length) {
            return bytes.read(target, from, length);
        }

        @Override
        public int available() {
            return bytes.available();
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body of a guarded path is read on its thread. Read the stream.");
        }
    }
}
