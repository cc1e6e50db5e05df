package dev.plinth.engine.http.log;

import dev.plinth.engine.api.TraceParent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A request and its answer, for the access log. It has neither query, body nor credential. An API key or webhook secret
 * that a client has put into a path or its name is shown by its prefix, also percent-encoded.
 */
public final class AccessEntry {
    private static final int USER_AGENT_MAX = 200;
    private static final int LINE_PART_MAX = 512;
    private static final DateTimeFormatter COMMON_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Instant time;
    private final String address;
    private final Line line;
    private final Client client;
    private final Answer answer;

    /** The facts that are known once the answer has ended. */
    private record Answer(int status, long bytes, long micros, String requestId) {
        static final Answer NONE = new Answer(0, 0, 0, "");
    }

    private AccessEntry(Instant time, String address, Line line, Client client, Answer answer) {
        this.time = time;
        this.address = address;
        this.line = line;
        this.client = client;
        this.answer = answer;
    }

    /**
     * Returns a request.
     *
     * @param address the client's, which a trusted proxy names
     */
    public static AccessEntry of(Instant time, String address, Line line) {
        return new AccessEntry(time, address, line, new Client("", ""), Answer.NONE);
    }

    /** Returns the same with the client's words on itself. */
    public AccessEntry withClient(Client other) {
        return new AccessEntry(time, address, line, other, answer);
    }

    /**
     * Returns the same with its answer.
     *
     * @param bytes of the body that were handed to the socket
     * @param micros the time of both, in microseconds
     */
    public AccessEntry withAnswer(int status, long bytes, long micros) {
        return new AccessEntry(time, address, line, client, new Answer(status, bytes, micros, answer.requestId));
    }

    /** Returns the same with the id of the answer; empty if it has none. */
    public AccessEntry withRequestId(String requestId) {
        return new AccessEntry(
                time, address, line, client, new Answer(answer.status, answer.bytes, answer.micros, requestId));
    }

    /**
     * The request line, without the query. Cuts method and path, because thousands of lines may wait for the file.
     *
     * @param path percent-encoded as sent
     */
    public record Line(String method, String path, String protocol) {
        public Line {
            method = cut(MaskedText.of(method), LINE_PART_MAX);
            path = cut(MaskedText.of(path), LINE_PART_MAX);
        }
    }

    /** The client's words on itself; empty for what it does not say. */
    public record Client(String userAgent, String traceparent) {
        public Client {
            userAgent = MaskedText.of(userAgent);
        }
    }

    /** Returns the line of the Common Log Format, followed by request id, microseconds and trace id. */
    String common() {
        return address + " - - [" + COMMON_TIME.format(time) + "] \"" + plain(line.method()) + " " + plain(line.path())
                + " " + line.protocol() + "\" " + answer.status + " "
                + (answer.bytes == 0 ? "-" : Long.toString(answer.bytes)) + " "
                + (answer.requestId.isEmpty() ? "-" : answer.requestId) + " " + answer.micros + " "
                + TraceParent.parse(client.traceparent())
                        .map(TraceParent::traceId)
                        .orElse("-") + "\n";
    }

    /** Returns a JSON object as a line. */
    String json() {
        JsonLine json = new JsonLine(time)
                .put("address", address)
                .put("method", line.method())
                .put("path", line.path())
                .put("protocol", line.protocol())
                .put("status", answer.status)
                .put("bytes", answer.bytes)
                .put("durationMicros", answer.micros)
                .putIfGiven("requestId", answer.requestId)
                .putIfGiven("userAgent", cut(client.userAgent(), USER_AGENT_MAX));
        TraceParent.parse(client.traceparent())
                .ifPresent(trace -> json.put("traceId", trace.traceId()).put("parentId", trace.spanId()));
        return json.end();
    }

    private static String cut(String text, int charactersMax) {
        return text.length() <= charactersMax ? text : text.substring(0, charactersMax);
    }

    /** Replaces what would end a quoted field or a line. */
    private static String plain(String text) {
        return text.replaceAll("[^!#-\\[\\]-~]", "?");
    }
}
