package dev.plinth.engine.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request as a test spells it, well framed whatever is wrong inside.
 *
 * @param target path and query as they are to be sent
 * @param isChunked true to send the body in chunks, false to announce its length
 */
public record WireRequest(String method, String target, Map<String, String> headers, byte[] body, boolean isChunked) {
    private static final int CHUNK_BYTES = 50_000;
    private static final byte[] NO_BODY = {};

    public static WireRequest of(String method, String target) {
        return new WireRequest(method, target, Map.of(), NO_BODY, false);
    }

    public static WireRequest get(String target) {
        return of("GET", target);
    }

    public static WireRequest post(String target, String body) {
        return of("POST", target).withBody(body);
    }

    static WireRequest patch(String target, String body) {
        return of("PATCH", target).withBody(body);
    }

    /** The same with one more header, or another value of it. */
    public WireRequest with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new WireRequest(method, target, more, body, isChunked);
    }

    public WireRequest withKey(String secret) {
        return with("Authorization", "Bearer " + secret);
    }

    WireRequest withBody(String text) {
        return withBody(text.getBytes(StandardCharsets.UTF_8));
    }

    WireRequest withBody(byte[] bytes) {
        return new WireRequest(method, target, headers, bytes, isChunked);
    }

    WireRequest inChunks() {
        return new WireRequest(method, target, headers, body, true);
    }

    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line(out, method + " " + target + " HTTP/1.1");
        line(out, "Host: localhost");
        headers.forEach((name, value) -> line(out, name + ": " + value));
        if (isChunked) {
            line(out, "Transfer-Encoding: chunked");
            line(out, "");
            chunks(out);
        } else {
            line(out, "Content-Length: " + body.length);
            line(out, "");
            out.writeBytes(body);
        }
        return out.toByteArray();
    }

    private void chunks(ByteArrayOutputStream out) {
        for (int from = 0; from < body.length; from += CHUNK_BYTES) {
            int length = Math.min(CHUNK_BYTES, body.length - from);
            line(out, Integer.toHexString(length));
            out.write(body, from, length);
            line(out, "");
        }
        line(out, "0");
        line(out, "");
    }

    private static void line(ByteArrayOutputStream out, String text) {
        out.writeBytes((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
