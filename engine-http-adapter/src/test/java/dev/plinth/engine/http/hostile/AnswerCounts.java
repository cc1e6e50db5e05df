package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts what callers were answered, by status and problem code. Thread-safe. */
final class AnswerCounts {
    private static final int REFUSAL = 400;
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");

    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
    private final Map<String, String> examples = new ConcurrentHashMap<>();

    /** Returns status and problem code of an answer, or the status alone. */
    static String kind(RawReply reply) {
        if (reply.status() < REFUSAL) {
            return String.valueOf(reply.status());
        }
        Matcher code = CODE.matcher(reply.text());
        return reply.status() + (code.find() ? " " + code.group(1) : "");
    }

    void note(RawReply reply) {
        String kind = kind(reply);
        note(kind);
        if (reply.status() >= REFUSAL) {
            examples.putIfAbsent(kind, reply.text());
        }
    }

    /** Counts what is not an answer, such as a connection that was closed. */
    void note(String kind) {
        counts.computeIfAbsent(kind, one -> new LongAdder()).increment();
    }

    /** Returns whether an answer begins with one of these. */
    boolean hasAny(Set<String> beginnings) {
        return counts.keySet().stream().anyMatch(kind -> beginnings.stream().anyMatch(kind::startsWith));
    }

    /** Returns how many answers begin so. */
    long count(String beginning) {
        return counts.entrySet().stream()
                .filter(each -> each.getKey().startsWith(beginning))
                .mapToLong(each -> each.getValue().sum())
                .sum();
    }

    /** Returns how many answers there are. */
    long count() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Returns the first refusal of each kind, as it was sent. */
    Map<String, String> examples() {
        return Map.copyOf(examples);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
