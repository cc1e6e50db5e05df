package dev.plinth.engine.http.log;

import dev.plinth.engine.api.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/** A line of a log as a JSON object, in the order in which its members were put. Not thread-safe. */
public final class JsonLine {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final Map<String, Object> members = new LinkedHashMap<>();

    /** Begins with the time, in UTC with milliseconds. */
    public JsonLine(Instant time) {
        members.put("time", TIME.format(time));
    }

    /** Puts a text. Half a surrogate pair, which JSON cannot have, becomes a question mark. */
    public JsonLine put(String name, String text) {
        members.put(name, whole(text));
        return this;
    }

    /** Puts a text unless it is empty. */
    public JsonLine putIfGiven(String name, String text) {
        return text.isEmpty() ? this : put(name, text);
    }

    /** Puts a number. */
    public JsonLine put(String name, long number) {
        members.put(name, number);
        return this;
    }

    /** Puts an error with its kind, message and stack trace. */
    public JsonLine put(String name, Throwable error) {
        members.put(
                name,
                Map.of(
                        "type",
                        error.getClass().getName(),
                        "message",
                        whole(String.valueOf(error.getMessage())),
                        "stack",
                        whole(StackText.of(error))));
        return this;
    }

    private static String whole(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Returns the object with the end of its line. */
    public String end() {
        return Json.of(members) + "\n";
    }
}
