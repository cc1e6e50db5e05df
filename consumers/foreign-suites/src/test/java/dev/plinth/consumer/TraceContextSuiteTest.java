package dev.plinth.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The requests of the W3C suite for trace context. The callback that the suite waits for is the webhook of the resource
 * that the request creates. An engine without {@code engine-opentelemetry} starts no trace of its own, so a webhook
 * without {@code traceparent} counts where the suite expects a new trace.
 */
class TraceContextSuiteTest {
    private static final int TOTAL = 79;
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");
    private static final String BODY = "{\"name\":\"traced\"}";

    @Test
    void suite_requests_areContinuedAsItSays() throws Exception {
        Figures figures = new Figures("w3c-trace-context");
        try (Receiver receiver = Receiver.open();
                Host host = new Host()) {
            host.client().createWebhook(receiver.uri(), "resource.created").call();
            for (String line : Figures.lines("trace-context.txt")) {
                String[] parts = line.split(" \\| ", 4);
                send(host, parts[3].replace("-", "").isEmpty() ? new String[0] : parts[3].split(" "));
                Receiver.Request callback = receiver.next();
                String parent = callback.header("traceparent");
                String state = callback.header("tracestate");
                boolean passes = isTraceRight(parts[1], parts[3], parent)
                        && isStateRight(parts[2], state);
                figures.add(parts[0], passes, "traceparent \"" + parent + "\", tracestate \"" + state + "\"");
            }
        }
        figures.end(TOTAL);
    }

    private static boolean isTraceRight(String expected, String sent, String parent) {
        Matcher matcher = TRACE_PARENT.matcher(parent);
        if (!matcher.matches()) {
            return parent.isEmpty() && !expected.equals("keep") && !isWellFormed(sent, expected);
        }
        boolean isSame = sent.contains(matcher.group(1));
        boolean isOwnSpan = !sent.contains("-" + matcher.group(2) + "-");
        return isOwnSpan && (expected.equals("any") || isSame == expected.equals("keep"));
    }

    /** Returns true if a request brings a trace that must not be lost. */
    private static boolean isWellFormed(String sent, String expected) {
        return expected.equals("any") && sent.contains("traceparent:");
    }

    private static boolean isStateRight(String expected, String state) {
        return expected.equals("any") || state.isEmpty() == expected.equals("discard");
    }

    /** Writes the bytes of a request: a client would trim its headers. */
    private static void send(Host host, String[] headers) throws IOException {
        StringBuilder request = new StringBuilder("POST /v1/resources HTTP/1.1\r\nHost: " + host.uri().getAuthority()
                + "\r\nAuthorization: Bearer " + host.key()
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + BODY.length() + "\r\n");
        for (String header : headers) {
            request.append(header.replace("%20", " ").replace("%09", "\t").replace("%25", "%")).append("\r\n");
        }
        try (Socket socket = new Socket(host.uri().getHost(), host.uri().getPort())) {
            socket.getOutputStream().write((request + "\r\n" + BODY).getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            if (!answer.startsWith("HTTP/1.1 201")) {
                throw new IllegalStateException("Expected 201, but got " + answer + " for " + request);
            }
        }
    }
}
