package dev.plinth.engine.http;

import dev.plinth.engine.api.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a page shows it, to compare with a real one. A text is compared as it stands, except that a {@code …} stands for
 * any text and a time for any time. JSON has the same members; a duration is any number.
 *
 * @param status the status line
 * @param headers the headers that are shown, by name
 */
record ShownAnswer(String status, Map<String, String> headers, String body) {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    private static final Set<String> DURATIONS = Set.of("durationMillis", "durationMicros");

    /** Reads an answer: a status line, headers, an empty line and the body. */
    static ShownAnswer parse(String text) {
        String[] parts = text.replace("\r\n", "\n").split("\n\n", 2);
        String[] lines = parts[0].split("\n");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
        }
        return new ShownAnswer(lines[0].strip(), headers, parts.length == 1 ? "" : parts[1].strip());
    }

    /** Returns how a real answer differs from this one. */
    List<String> differences(ShownAnswer real) {
        List<String> differences = new ArrayList<>();
        if (!status.equals(real.status)) {
            differences.add("status: shown " + status + ", but got " + real.status);
        }
        headers.forEach((name, value) -> {
            String got = real.headers.get(name);
            if (got == null || !fits(value, got)) {
                differences.add("header " + name + ": shown " + value + ", but got " + got);
            }
        });
        if (isJson(body) && isJson(real.body)) {
            compare("", Json.of(body).asMap(), Json.of(real.body).asMap(), differences);
        } else if (!fits(body, real.body)) {
            differences.add("body: shown " + body + ", but got another one");
        }
        return differences;
    }

    /** True if a text is what the page shows, up to what differs from call to call: within a line, and at the end of all lines. */
    static boolean fits(String shown, String got) {
        StringBuilder regex = new StringBuilder();
        String[] parts = shown.split(HttpApiPage.WILD, -1);
        for (int i = 0; i < parts.length; i++) {
            regex.append(i == 0 ? "" : i == parts.length - 1 && parts[i].isEmpty() ? "(?s:.*)" : ".*");
            regex.append(Pattern.quote(parts[i]).replaceAll(TIME, "\\\\E" + TIME.replace("\\", "\\\\") + "\\\\Q"));
        }
        return Pattern.compile(regex.toString()).matcher(got).matches();
    }

    private static boolean areDurations(String name, @Nullable Object shown, @Nullable Object got) {
        return DURATIONS.contains(name) && shown instanceof Number && got instanceof Number;
    }

    private static boolean isJson(String text) {
        try {
            return text.startsWith("{") && !Json.of(text).asMap().isEmpty();
        } catch (IllegalArgumentException other) {
            return false;
        }
    }

    private static void compare(String at, @Nullable Object shown, @Nullable Object got, List<String> differences) {
        if (shown instanceof Map<?, ?> members && got instanceof Map<?, ?> others) {
            TreeSet<String> names = new TreeSet<>();
            members.keySet().forEach(name -> names.add(String.valueOf(name)));
            others.keySet().forEach(name -> names.add(String.valueOf(name)));
            for (String name : names) {
                String inner = at + "/" + name;
                if (!members.containsKey(name) || !others.containsKey(name)) {
                    differences.add(inner + (members.containsKey(name) ? " is shown, but not there" : " is not shown"));
                } else if (!areDurations(name, members.get(name), others.get(name))) {
                    compare(inner, members.get(name), others.get(name), differences);
                }
            }
        } else if (shown instanceof List<?> items && got instanceof List<?> others && items.size() == others.size()) {
            for (int i = 0; i < items.size(); i++) {
                compare(at + "/" + i, items.get(i), others.get(i), differences);
            }
        } else if (!(shown instanceof String text && got instanceof String other && fits(text, other))
                && !Objects.equals(shown, got)) {
            differences.add(at + ": shown " + shown + ", but got " + got);
        }
    }
}
