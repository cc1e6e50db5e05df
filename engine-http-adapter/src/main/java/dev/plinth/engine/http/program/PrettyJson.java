package dev.plinth.engine.http.program;

import dev.plinth.engine.api.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Renders JSON for people: an object or a long list has a line for each member. */
final class PrettyJson {
    private static final String INDENT = "  ";

    private PrettyJson() {}

    static String of(Map<?, ?> object) {
        return render(object, "") + "\n";
    }

    private static String render(Object value, String indent) {
        if (!(value instanceof Map<?, ?> object) || object.isEmpty()) {
            String text = Json.of(Map.of("v", value)).toString();
            return text.substring("{\"v\":".length(), text.length() - 1);
        }
        List<String> lines = new ArrayList<>();
        object.forEach((name, member) ->
                lines.add(indent + INDENT + render(name, "") + ": " + render(member, indent + INDENT)));
        return "{\n" + String.join(",\n", lines) + "\n" + indent + "}";
    }
}
