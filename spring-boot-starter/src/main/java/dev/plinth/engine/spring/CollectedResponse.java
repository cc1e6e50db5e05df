package dev.plinth.engine.spring;

import dev.plinth.engine.api.Reply;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the answer of a controller, so that nothing of it leaves before it is committed. One thread at a time. */
final class CollectedResponse extends HttpServletResponseWrapper {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CONTENT_LENGTH = "Content-Length";
    private static final String CHARSET = "charset=";

    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Body body;
    private int status = SC_OK;
    private @Nullable String encoding;
    private @Nullable PrintWriter writer;

    /** Collects at most so many bytes, and counts the others. */
    CollectedResponse(HttpServletResponse response, int bytesMax) {
        super(response);
        body = new Body(bytesMax);
    }

    /**
     * Returns what was collected.
     *
     * @throws IllegalStateException if the body has more bytes than the limit
     */
    Reply reply() {
        if (writer != null) {
            writer.flush();
        }
        body.checkLength();
        Map<String, String> joined = new LinkedHashMap<>();
        headers.forEach((name, values) -> joined.put(name, String.join(", ", values)));
        String type = joined.get(CONTENT_TYPE);
        if (type != null && encoding != null && !type.toLowerCase(Locale.ROOT).contains(CHARSET)) {
            joined.put(CONTENT_TYPE, type + ";" + CHARSET + encoding);
        }
        return Reply.of(status, joined, body.bytes.toByteArray());
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return body;
    }

    @Override
    public PrintWriter getWriter() throws UnsupportedEncodingException {
        if (writer == null) {
            encoding = getCharacterEncoding();
            writer = new PrintWriter(new OutputStreamWriter(body, encoding));
        }
        return writer;
    }

    @Override
    public void setCharacterEncoding(String charset) {
        encoding = charset;
    }

    @Override
    public String getCharacterEncoding() {
        String type = getContentType();
        int at = type == null ? -1 : type.toLowerCase(Locale.ROOT).indexOf(CHARSET);
        if (encoding != null || type == null || at < 0) {
            return encoding == null ? super.getCharacterEncoding() : encoding;
        }
        return type.substring(at + CHARSET.length())
                .split(";", 2)[0]
                .replace("\"", "")
                .strip();
    }

    @Override
    public void setLocale(Locale locale) {
        setHeader("Content-Language", locale.toLanguageTag());
    }

    @Override
    public void setContentType(String type) {
        setHeader(CONTENT_TYPE, type);
    }

    @Override
    public @Nullable String getContentType() {
        return getHeader(CONTENT_TYPE);
    }

    /** Does nothing, because the length follows from the body. */
    @Override
    public void setContentLength(int length) {
        // nothing
    }

    /** Does nothing, because the length follows from the body. */
    @Override
    public void setContentLengthLong(long length) {
        // nothing
    }

    @Override
    public void setStatus(int code) {
        status = code;
    }

    @Override
    public int getStatus() {
        return status;
    }

    @Override
    public void sendError(int code) {
        resetBuffer();
        status = code;
    }

    @Override
    public void sendError(int code, String message) {
        sendError(code);
    }

    @Override
    public void sendRedirect(String location) {
        sendRedirect(location, SC_FOUND, true);
    }

    /** Redirects with a status, as Servlet 6.1 does. In 6.0 it overrides nothing. */
    public void sendRedirect(String location, int code, boolean clear) {
        if (clear) {
            resetBuffer();
        }
        status = code;
        setHeader("Location", location);
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        headers.remove(name);
        if (value != null) {
            addHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, String value) {
        if (!name.equalsIgnoreCase(CONTENT_LENGTH)) {
            headers.computeIfAbsent(name, unknown -> new ArrayList<>()).add(value);
        }
    }

    @Override
    public void setDateHeader(String name, long millis) {
        setHeader(name, date(millis));
    }

    @Override
    public void addDateHeader(String name, long millis) {
        addHeader(name, date(millis));
    }

    private static String date(long millis) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }

    @Override
    public void setIntHeader(String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    /** Collects the name alone: a reply with a cookie is refused, because others with the key would get it. */
    @Override
    public void addCookie(Cookie cookie) {
        addHeader("Set-Cookie", cookie.getName());
    }

    @Override
    public boolean containsHeader(String name) {
        return headers.containsKey(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return List.copyOf(headers.getOrDefault(name, List.of()));
    }

    @Override
    public Collection<String> getHeaderNames() {
        return List.copyOf(headers.keySet());
    }

    @Override
    public void flushBuffer() {
        // Nothing leaves before the commit.
    }

    @Override
    public boolean isCommitted() {
        return false;
    }

    @Override
    public void resetBuffer() {
        if (writer != null) {
            writer.flush();
        }
        body.clear();
    }

    @Override
    public void reset() {
        resetBuffer();
        writer = null;
        headers.clear();
        status = SC_OK;
        encoding = null;
    }

    /** The bytes of an answer, up to a limit. */
    private static final class Body extends ServletOutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int max;
        private long length;

        Body(int max) {
            this.max = max;
        }

        @Override
        public void write(int one) {
            length++;
            if (length <= max) {
                bytes.write(one);
            }
        }

        @Override
        public void write(byte[] source, int from, int count) {
            length += count;
            if (length <= max) {
                bytes.write(source, from, count);
            }
        }

        void clear() {
            bytes.reset();
            length = 0;
        }

        void checkLength() {
            if (length > max) {
                throw new IllegalStateException("The answer at a guarded path may have " + max + " bytes, got " + length
                        + ". Answer with less, or with the address of the rest.");
            }
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("The answer at a guarded path is written on its thread. Write the stream.");
        }
    }
}
