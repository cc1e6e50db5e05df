package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.EngineServerBuilder;
import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.http.config.Source;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.EngineTextSetting;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

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

    @Test
    void builders_haveEachMethodAndComponentThatThePageNames() {
        Map<String, Class<?>> builders = Map.of("engine", EngineBuilder.class, "server", EngineServerBuilder.class);
        for (Setting<?> setting : ServeSettings.ALL) {
            for (String name : setting.javaNames().split(", ")) {
                String[] parts = name.split("\\.");
                if (parts.length > 1) {
                    List<Method> methods = Stream.of(builders.get(parts[0]).getMethods())
                            .filter(method -> method.getName().equals(parts[1]))
                            .toList();
                    assertThat(methods).as(name).isNotEmpty();
                    assertThat(parts.length == 2 || methods.stream().anyMatch(method -> takes(method, parts[2])))
                            .as(name)
                            .isTrue();
                }
            }
        }
    }

    /** Whether the argument of a builder's method is a value that has a component of this name. */
    private static boolean takes(Method method, String component) {
        return Stream.of(method.getParameterTypes())
                .flatMap(type -> Stream.of(type.getMethods()))
                .anyMatch(read -> read.getName().equals(component) && read.getParameterCount() == 0);
    }

    @Test
    void settings_ofTheEngine_areAllInTheConfiguration() {
        assertThat(ServeSettings.ALL.stream().map(Setting::name))
                .containsAll(Stream.of(EngineSetting.values())
                        .map(EngineSetting::settingName)
                        .toList())
                .containsAll(Stream.of(EngineTextSetting.values())
                        .map(EngineTextSetting::settingName)
                        .toList());
    }

    /** An editor judges by the schema, and the program by its own reader. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{port: 8080, memory: true, console: 'off', webhook-allow: [10.0.0.0/8], webhook-host-rate: {'*': 1}}",
                "{plans: {a: {requests: 1, policies: {b: {requests: 1, per: key}}, shares: {events: {rows: 1, bytes: 1}}}}}",
                "{prot: 8080}",
                "{port: 65536}",
                "{port: '8080'}",
                "{memory: 1}",
                "{durability: never}",
                "{webhook-allow: 10.0.0.0/8}",
                "{webhook-host-rate: {a: 0}}",
                "{plans: {a: {}}}",
                "{plans: {a: {requests: 1, shares: {events: {rows: 1}}}}}",
                "{plans: {a: {requests: 1, policies: {b: {requests: 1, mode: perhaps}}}}}",
                "{resource-types: {a: 1}}",
                "{routes: {GET /: {cost: -1}}}",
                "{operations: {a: {price: 1}}}"
            })
    void schema_agreesWithTheReader(String yaml) throws Exception {
        Path file = Files.writeString(directory.resolve("plinth.yaml"), yaml);
        Object value = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        JsonSchema schema = JsonSchema.of(READER.schema().getBytes(StandardCharsets.UTF_8));
        boolean isValid = schema.check(JsonReader.read(Json.of(asObject(value)).utf8()), "")
                .isEmpty();

        try {
            ServeOptions unused = READER.read(List.of("--config", file.toString()));
            assertThat(isValid).isTrue();
        } catch (FaultyConfigException wrong) {
            assertThat(isValid).as(wrong.getMessage()).isFalse();
        }
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
        StringBuilder table = new StringBuilder(
                "| Setting | Value | Default | Meaning | Builder | Notes |\n|---|---|---|---|---|---|\n");
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
                    .append(setting.javaNames().replaceAll("[^, ]+", "`$0`"))
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
