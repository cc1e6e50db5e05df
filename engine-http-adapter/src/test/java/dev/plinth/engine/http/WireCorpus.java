package dev.plinth.engine.http;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Records requests and their answers as they come over a socket, without free texts and secrets. Not thread-safe. */
final class WireCorpus {
    /** Members that people read, secrets that are drawn at random, and measured times. */
    private static final Pattern MASKED = Pattern.compile(
            "(\"(?:detail|title|secret|last4|leaseToken|nextCursor|durationMillis|durationMicros)\":)(?:\"(?:[^\"\\\\]|\\\\.)*\"|\\d+)");

    /** Background threads draw ids too, so that an id differs between two runs. */
    private static final Pattern ID = Pattern.compile("\\b([a-z]{2,4}_)[0-9a-z]{26}\\b|(?<=cursor=)[\\w-]{20,}");

    /** Bodies with figures of the process, or mostly of free texts. */
    private static final Set<String> BODIES_NOT_RECORDED =
            Set.of("/metrics", "/openapi.json", "/admin/v1/tables", "/admin/v1/health/history", "/v1/plan");

    private static final String BODY_NOT_RECORDED = "(not recorded)";

    private final int port;
    private final Map<String, String> credentials;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> ids = new HashMap<>();
    private final Map<String, TreeSet<Integer>> statuses = new HashMap<>();

    /**
     * Begins with no answers.
     *
     * @param credentials the secrets by the words that stand for them in the corpus
     */
    WireCorpus(int port, Map<String, String> credentials) {
        this.port = port;
        this.credentials = new HashMap<>(credentials);
    }

    /** Adds a credential. */
    void credential(String word, String secret) {
        credentials.put(word, secret);
    }

    /**
     * Sends a request and records its answer.
     *
     * @param as the word of a credential; empty for none
     * @param headers further lines of the head, such as {@code If-Match: "1"}
     * @return the body of the answer
     */
    String call(String route, String as, String method, String target, String body, String... headers)
            throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: a\r\n");
        if (!as.isEmpty()) {
            head.append("Authorization: Bearer ").append(credentials.get(as)).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        RawReply reply;
        try (RawClient client = new RawClient(port)) {
            reply = client.send(head.toString()).send(bytes).read(method);
        }
        add("# " + route + (as.isEmpty() ? "" : ", " + as));
        add((method + " " + target + " " + String.join(" ", headers) + " " + masked(body)).strip());
        Map<String, String> told = new TreeMap<>(reply.headers());
        told.remove("date");
        boolean isRecorded = reply.status() != 200 || !BODIES_NOT_RECORDED.contains(target);
        if (!isRecorded) {
            told.remove("content-length");
            told.remove("etag");
        }
        told.computeIfPresent(
                "content-length", (name, length) -> masked(reply.text()).equals(reply.text()) ? length : "…");
        add(reply.status() + " " + told);
        add(isRecorded ? masked(reply.text()) : BODY_NOT_RECORDED);
        add("");
        statuses.computeIfAbsent(route, each -> new TreeSet<>()).add(reply.status());
        return reply.text();
    }

    /** Sends a request without headers of its own, and returns a member of its answer. */
    String member(String name, String route, String as, String method, String target, String body) throws IOException {
        return member(name, call(route, as, method, target, body));
    }

    /** Returns a member of an object, or of the first object in its list {@code data}. */
    static String member(String name, String json) {
        Map<?, ?> object = Json.of(json).asMap();
        Object data = object.get("data");
        boolean isInList = !object.containsKey(name) && data instanceof List<?> list && !list.isEmpty();
        return String.valueOf((isInList ? (Map<?, ?>) ((List<?>) data).get(0) : object).get(name));
    }

    /** Adds lines in which each id reads as a number, counted from its first appearance. */
    private void add(String text) {
        String plain = ID.matcher(text)
                .replaceAll(id -> id.group(1) == null
                        ? "…"
                        : ids.computeIfAbsent(id.group(), each -> id.group(1) + (ids.size() + 1)));
        lines.addAll(List.of(plain.split("\\R", -1)));
    }

    private static String masked(String text) {
        return MASKED.matcher(text).replaceAll("$1\"…\"");
    }

    /** Returns the statuses that each route has answered. */
    Map<String, TreeSet<Integer>> statuses() {
        return Map.copyOf(statuses);
    }

    /** Returns the lines of the corpus. */
    List<String> lines() {
        return List.copyOf(lines);
    }
}
