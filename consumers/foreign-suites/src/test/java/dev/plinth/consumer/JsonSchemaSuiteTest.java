package dev.plinth.consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.client.PlinthClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The cases of the JSON Schema test suite for draft 2020-12 but those of formats, on types of resources. The schema of a
 * case stands for the member {@code value} of the data. Schemas that it refers to outside are bundled with it (draft 2020-12 §9.3).
 */
class JsonSchemaSuiteTest {
    private static final int MANDATORY = 1257;
    private static final int OPTIONAL = 158;
    private static final Path SUITE = Figures.SUITES.resolve("json-schema");
    private static final String HOST = "http://localhost:1234/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, JsonNode> remotes = new TreeMap<>();

    @Test
    void suite_mandatoryCases_areJudgedAsItSays() throws IOException {
        run("tests/draft2020-12", new Figures("json-schema-2020-12"), MANDATORY);
    }

    @Test
    void suite_optionalCases_areJudgedAsItSays() throws IOException {
        run("tests/draft2020-12/optional", new Figures("json-schema-2020-12-optional"), OPTIONAL);
    }

    private void run(String folder, Figures figures, int total) throws IOException {
        readRemotes();
        for (Path file : files(SUITE.resolve(folder), 1)) {
            for (JsonNode group : MAPPER.readTree(file.toFile())) {
                run(figures, file.getFileName() + " / " + group.get("description").asText(), group);
            }
        }
        figures.end(total);
    }

    /** Reads the schemas that cases refer to by the address of a host. Those of other drafts lie in other folders. */
    private void readRemotes() throws IOException {
        Path folder = SUITE.resolve("remotes");
        List<Path> all = new ArrayList<>(files(folder, 1));
        all.addAll(files(folder.resolve("draft2020-12"), 9));
        for (Path file : all) {
            String path = folder.relativize(file).toString().replace('\\', '/');
            remotes.put(HOST + path, MAPPER.readTree(file.toFile()));
        }
    }

    private void run(Figures figures, String name, JsonNode group) {
        try (Engine engine =
                Host.open(Engine.builder().resourceType("suite", Json.of(document(group.get("schema")).toString())))) {
            PlinthClient client = engine.client(Host.secret(engine));
            for (JsonNode test : group.get("tests")) {
                String detail = refusal(client, test.get("data"));
                boolean passes = detail.isEmpty() == test.get("valid").asBoolean();
                String why = "judged as " + (detail.isEmpty() ? "valid" : detail);
                figures.add(name + " / " + test.get("description").asText(), passes, why);
            }
        } catch (IllegalArgumentException e) {
            for (JsonNode test : group.get("tests")) {
                figures.add(name + " / " + test.get("description").asText(), false, e.getMessage());
            }
        }
    }

    /** Returns why a value is refused, or nothing. */
    private static String refusal(PlinthClient client, JsonNode value) {
        String data = MAPPER.createObjectNode().set("value", value).toString();
        try {
            client.resources()
                    .create(NewResource.of("case").ofType("suite").withData(Json.of(data)))
                    .call();
            return "";
        } catch (PlinthException e) {
            return e.getMessage();
        }
    }

    private ObjectNode document(JsonNode schema) {
        ObjectNode document = MAPPER.createObjectNode();
        document.putObject("properties").putObject("value").put("$ref", "#/$defs/suite");
        ObjectNode parts = document.putObject("$defs");
        parts.set("suite", named(schema, "https://suite.invalid/schema"));
        if (schema.toString().contains(HOST)) {
            bundle(schema, parts);
        }
        return document;
    }

    /** Adds the schemas outside. One that names itself otherwise than its address has a reference at the address. */
    private void bundle(JsonNode schema, ObjectNode parts) {
        List<String> taken = schema.findValuesAsText("$id");
        remotes.forEach((uri, remote) -> {
            boolean isOfDraft = uri.startsWith(HOST + "draft2020-12/") || schema.toString().contains(uri);
            if (!isOfDraft || remote.has("$vocabulary") || taken.contains(uri)) {
                return;
            }
            JsonNode part = named(remote, uri);
            String id = part.path("$id").asText();
            parts.set(uri, part);
            if (!id.equals(uri)) {
                parts.putObject(uri + " by its address").put("$id", uri).put("$ref", id);
            }
        });
    }

    private static JsonNode named(JsonNode schema, String id) {
        if (!schema.isObject() || schema.has("$id")) {
            return schema;
        }
        return schema.<ObjectNode>deepCopy().put("$id", id);
    }

    private static List<Path> files(Path folder, int depth) throws IOException {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }
}
