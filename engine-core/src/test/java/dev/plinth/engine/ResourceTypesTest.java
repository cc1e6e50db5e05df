package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Types with a JSON Schema (contract §6): data is checked on every way into a resource or a child. */
final class ResourceTypesTest {
    private static final Json INVOICE = Json.of("""
            {"type":"object","required":["amount"],"additionalProperties":false,
             "properties":{"amount":{"$ref":"#/$defs/money"},
                           "currency":{"enum":["EUR","USD"]},
                           "code":{"type":"string","pattern":"^(a+)+$"},
                           "due":{"type":"string","format":"date"},
                           "lines":{"type":"array","items":{"type":"integer"}}},
             "$defs":{"money":{"type":"number","minimum":0}}}
            """);

    private final Engine engine = Engine.builder()
            .resourceType("invoice", INVOICE)
            .resourceType("codes", Json.of("{\"properties\":{\"codes\":{\"items\":{\"pattern\":\"^(a+)+$\"}}}}"))
            .childType("line", Json.of("{\"required\":[\"sku\"]}"))
            .operation("spoil", operation -> {
                operation
                        .effects()
                        .patch(operation.resourceId(), ResourceChange.NONE.withData(Json.of("{\"amount\":\"much\"}")));
                return OperationResult.of(Json.EMPTY_OBJECT);
            })
            .open();
    private String key = "";

    @BeforeEach
    void createKey() {
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void create_validData_isMade() {
        Reply made = create("{\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":12.50,\"currency\":\"EUR\"}}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text()).contains("\"amount\":12.50");
    }

    @Test
    void create_severalViolations_areToldAllAtOnceInTheOrderOfTheirPlaces() {
        Reply refused = create("{\"name\":\"\",\"type\":\"invoice\",\"data\":{\"currency\":\"GBP\",\"due\":\"soon\","
                + "\"lines\":[1,\"two\",3,4.5],\"extra/~\":1}}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(pointers(refused))
                .containsExactly(
                        "/name too_short",
                        "/data/amount required",
                        "/data/currency invalid_value",
                        "/data/due invalid_format",
                        "/data/extra~1~0 unknown_member",
                        "/data/lines/1 invalid_type",
                        "/data/lines/3 invalid_type");
        assertThat(create("{\"name\":\"\",\"type\":\"invoice\",\"data\":{\"currency\":\"GBP\",\"due\":\"soon\","
                                + "\"lines\":[1,\"two\",3,4.5],\"extra/~\":1}}")
                        .text()
                        .replaceAll("req_\\w+", ""))
                .isEqualTo(refused.text().replaceAll("req_\\w+", ""));
    }

    @Test
    void create_moreViolationsThanAreShown_theFirstHundredAreTold() {
        String lines =
                String.join(",", IntStream.range(0, 5000).mapToObj(i -> "\"x\"").toList());

        Reply refused =
                create("{\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":1,\"lines\":[" + lines + "]}}");

        assertThat(pointers(refused)).hasSize(100);
    }

    @Test
    void create_typeThatIsNotRegistered_is422AtTheType() {
        assertThat(pointers(create("{\"name\":\"a\",\"type\":\"offer\"}"))).containsExactly("/type unknown_type");
        assertThat(pointers(create("{\"name\":\"a\"}"))).as("the default type").containsExactly("/type unknown_type");
    }

    @Test
    void create_patternThatTakesExponentialTime_isRefusedSoon() {
        Reply refused = create(
                "{\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":1,\"code\":\"" + "a".repeat(5000) + "!\"}}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(pointers(refused)).containsExactly("/data too_complex");
    }

    /** The log line would have the text of a tenant in it. */
    @Test
    void create_patternThatTakesExponentialTime_leavesNoLineOfTheValidatorInTheLog() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler listening = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLoggerName());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger validator = Logger.getLogger("com.networknt");
        validator.addHandler(listening);
        try {
            create("{\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":1,\"code\":\"" + "a".repeat(5000)
                    + "!\"}}");
        } finally {
            validator.removeHandler(listening);
        }

        assertThat(lines).isEmpty();
    }

    @Test
    void create_manyStringsThatTakeAllStepsTogether_areRefused() {
        for (int i = 0; i < 2; i++) {
            assertThat(pointers(createCodes(10))).hasSize(10).allMatch(error -> error.endsWith(" invalid_format"));
            assertThat(pointers(createCodes(100))).containsExactly("/data too_complex");
        }
    }

    @Test
    void create_numberThatWouldFillTheMemory_isRefused() {
        Reply refused = create("{\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":1e99999999}}");

        assertThat(pointers(refused)).containsExactly("/data out_of_range");
    }

    @Test
    void patch_mergedDataViolates_is422AndNothingChanges() {
        String id = invoice();

        Reply refused = patch("/v1/resources/" + id, "{\"data\":{\"amount\":null,\"currency\":\"EUR\"}}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(pointers(refused)).containsExactly("/data/amount required");
        assertThat(engine.client(key).resources().get(id).call().version()).isEqualTo(1);
    }

    @Test
    void patch_whatIsMissingInThePatchStandsInTheResource_isValid() {
        String id = invoice();

        assertThat(patch("/v1/resources/" + id, "{\"data\":{\"currency\":\"EUR\"}}")
                        .status())
                .isEqualTo(200);
        assertThat(patch("/v1/resources/" + id, "{\"data\":null}").status())
                .as("the empty object lacks the amount")
                .isEqualTo(422);
    }

    @Test
    void children_violationAndUnknownType_are422OnCreateAndPatch() {
        String children = "/v1/resources/" + invoice() + "/children";
        assertThat(pointers(post(children, "{\"name\":\"a\",\"type\":\"line\"}")))
                .containsExactly("/data/sku required");
        assertThat(pointers(post(children, "{\"name\":\"a\"}"))).containsExactly("/type unknown_type");
        Reply made = post(children, "{\"name\":\"a\",\"type\":\"line\",\"data\":{\"sku\":1}}");
        assertThat(made.status()).isEqualTo(201);

        Reply refused = patch(made.headers().get("Location"), "{\"data\":{\"sku\":null}}");

        assertThat(pointers(refused)).containsExactly("/data/sku required");
    }

    @Test
    void bulk_itemsThatViolate_areOutcomesWithPointers() {
        String id = invoice();
        Reply accepted = post(
                "/v1/resources/bulk",
                "{\"operations\":["
                        + "{\"action\":\"create\",\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":1}},"
                        + "{\"action\":\"create\",\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":-1}},"
                        + "{\"action\":\"create\",\"name\":\"a\",\"type\":\"offer\"},"
                        + "{\"action\":\"update\",\"id\":\"" + id + "\",\"data\":{\"lines\":1}}]}");
        String job = String.valueOf(Json.of(accepted.text()).asMap().get("job_id"));

        String ended = engine.call(
                        Call.of("GET", "/v1/jobs/" + job + "?wait=30").withKey(key))
                .text();

        assertThat(ended)
                .contains("\"succeeded\":1,\"failed\":3")
                .contains("\"index\":1,\"status\":422", "\"/data/amount\"", "\"out_of_range\"")
                .contains("\"index\":2,\"status\":422", "\"unknown_type\"")
                .contains("\"index\":3,\"status\":422", "\"/data/lines\"");
    }

    @Test
    void operation_patchThatViolates_is422AndNothingChanges() {
        String id = invoice();

        Reply refused = post("/v1/resources/" + id + "/operations/spoil", "{}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(pointers(refused)).containsExactly("/data/amount invalid_type");
        assertThat(engine.client(key).resources().get(id).call().version()).isEqualTo(1);
    }

    @Test
    void types_noneRegistered_everyTypeIsAccepted() {
        try (Engine open = Engine.inMemory()) {
            String workspace =
                    open.admin().createWorkspace("acme", "pro").call().id();
            String other =
                    open.admin().createKey(workspace, "k").call().secret().orElseThrow();
            assertThat(open.call(Call.of("POST", "/v1/resources")
                                    .withKey(other)
                                    .withBody(Json.of("{\"name\":\"a\",\"type\":\"whatever\"}")))
                            .status())
                    .isEqualTo(201);
        }
    }

    @Test
    void open_schemaThatIsNone_failsWithOneSentence() {
        for (Map.Entry<String, String> bad : Map.of(
                        "{\"type\":\"nothing\"}", "/type",
                        "{\"$ref\":\"https://example.com/a.json\"}", "refers to https://example.com/a.json",
                        "{\"properties\":{\"a\":{\"$ref\":\"file:///etc/passwd\"}}}", "refers to file:///etc/passwd",
                        "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/none\"}}}",
                                "refers to #/$defs/none, and nothing is there",
                        "{\"$ref\":\"#\"}", "",
                        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "$schema",
                        "{\"properties\":{\"a\":{\"pattern\":\"(\"}}}", "",
                        "[]", "")
                .entrySet()) {
            EngineBuilder builder = Engine.builder().resourceType("invoice", Json.of(bad.getKey()));
            assertThatThrownBy(() -> builder.open().close())
                    .as(bad.getKey())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "The schema of type invoice must be a JSON Schema (draft 2020-12), and is not: ")
                    .hasMessageContaining(bad.getValue())
                    .hasMessageMatching("[^\\n]+\\.");
        }
    }

    @Test
    void resourceType_nameThatIsNone_isRefusedAtOnce() {
        assertThatThrownBy(() -> Engine.builder().childType("Line", Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"Line\"");
    }

    private String invoice() {
        Reply made = create("{\"name\":\"a\",\"type\":\"invoice\",\"data\":{\"amount\":1}}");
        return String.valueOf(Json.of(made.text()).asMap().get("id"));
    }

    private Reply create(String body) {
        return post("/v1/resources", body);
    }

    /** Each of them takes the pattern about 20,000 steps. */
    private Reply createCodes(int count) {
        String codes = String.join(",", Collections.nCopies(count, "\"" + "a".repeat(200) + "!\""));
        return create("{\"name\":\"a\",\"type\":\"codes\",\"data\":{\"codes\":[" + codes + "]}}");
    }

    private Reply post(String path, String body) {
        return engine.call(Call.of("POST", path).withKey(key).withBody(Json.of(body)));
    }

    private Reply patch(String path, String body) {
        return engine.call(Call.of("PATCH", path).withKey(key).withBody(Json.of(body)));
    }

    /** Pointer and code of each error. */
    private static List<String> pointers(Reply reply) {
        List<String> pointers = new ArrayList<>();
        if (Json.of(reply.text()).asMap().get("errors") instanceof List<?> errors) {
            for (Object error : errors) {
                Map<?, ?> one = (Map<?, ?>) error;
                pointers.add(one.get("pointer") + " " + one.get("code"));
            }
        }
        return pointers;
    }
}
