package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.http.config.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/configuration.md} and {@code docs/plinth.schema.json} follow from the declarations of the settings. */
class ConfigurationPageTest {
    private static final CommandLineReader READER = new CommandLineReader(Map.of());

    @TempDir
    private Path directory;

    private static Path docs() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root.resolve("docs");
    }

    private static String page() throws IOException {
        return Files.readString(docs().resolve("configuration.md"));
    }

    @Test
    void schema_isTheOneThatTheProgramPrints() throws IOException {
        assertThat(Files.readString(docs().resolve("plinth.schema.json"))).isEqualTo(READER.schema());
    }

    @Test
    void tables_areThoseOfTheProgram() throws IOException {
        String page = page();
        String expected = page;
        for (Map.Entry<String, String> table : tables().entrySet()) {
            expected = expected.replaceFirst(
                    "(?s)(<!-- " + table.getKey() + " -->\n).*?<!-- end -->",
                    "$1" + Matcher.quoteReplacement(table.getValue() + "<!-- end -->"));
        }
        assertThat(page).isEqualTo(expected);
    }

    @Test
    void example_isRight() throws IOException {
        Matcher example = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page());
        assertThat(example.find()).isTrue();
        Path file = Files.writeString(directory.resolve("plinth.yaml"), example.group(1));

        ServeOptions options = READER.read(List.of("--config", file.toString()));

        options.checkTogether();
        assertThat(options.config().get(ServeSettings.PLANS)).containsOnlyKeys("free", "enterprise");
    }

    private static Map<String, String> tables() {
        Map<String, String> tables = new LinkedHashMap<>();
        Map<String, ?> properties = Json.of(READER.schema()).asMap();
        tables.put("settings", settings(in(properties, "properties")));
        Map<String, ?> plan = in(properties, "properties", "plans", "additionalProperties");
        tables.put("plans", members(plan));
        tables.put("policies", members(in(plan, "properties", "policies", "additionalProperties")));
        tables.put("shares", members(in(plan, "properties", "shares", "additionalProperties")));
        tables.put("operations", members(in(properties, "properties", "operations", "additionalProperties")));
        tables.put("routes", members(in(properties, "properties", "routes", "additionalProperties")));
        return tables;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> in(Map<String, ?> object, String... path) {
        Map<String, ?> found = object;
        for (String name : path) {
            found = (Map<String, ?>) found.get(name);
        }
        return found;
    }

    private static String settings(Map<String, ?> properties) {
        StringBuilder table =
                new StringBuilder("| Setting | Value | Default | Meaning | Notes |\n|---|---|---|---|---|\n");
        for (Setting<?> setting : ServeSettings.ALL) {
            List<String> notes = new ArrayList<>();
            if (!setting.isFrom(Source.FILE)) {
                notes.add("flag or variable");
            }
            if (!setting.isFrom(Source.FLAG)) {
                notes.add("file");
            }
            if (setting.isLive()) {
                notes.add("live");
            }
            table.append("| `")
                    .append(setting.name())
                    .append("` | ")
                    .append(setting.isFrom(Source.FILE) ? value(in(properties, setting.name())) : "text")
                    .append(" | ")
                    .append(setting.defaultText())
                    .append(" | ")
                    .append(setting.meaning())
                    .append(" | ")
                    .append(String.join(", ", notes))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String members(Map<String, ?> object) {
        StringBuilder table = new StringBuilder("| Member | Value | Meaning |\n|---|---|---|\n");
        List<?> required = (List<?>) (object.containsKey("required") ? object.get("required") : List.of());
        in(object, "properties")
                .forEach((name, member) -> table.append("| `")
                        .append(name)
                        .append("` | ")
                        .append(value(asObject(member)))
                        .append(required.contains(name) ? ", required" : "")
                        .append(" | ")
                        .append(asObject(member).get("description"))
                        .append(" |\n"));
        return table.toString();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> asObject(Object value) {
        return (Map<String, ?>) value;
    }

    private static String value(Map<String, ?> schema) {
        if (schema.get("enum") instanceof List<?> words) {
            return "`"
                    + String.join("`, `", words.stream().map(Object::toString).toList()) + "`";
        }
        return switch (schema.get("type").toString()) {
            case "integer" -> schema.get("minimum") + " to " + schema.get("maximum");
            case "boolean" -> "`true`, `false`";
            case "array" -> "list";
            case "object" -> "object";
            default -> "text";
        };
    }
}
