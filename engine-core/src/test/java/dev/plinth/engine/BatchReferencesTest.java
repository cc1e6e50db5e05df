package dev.plinth.engine;

import static dev.plinth.engine.BatchTest.body;
import static dev.plinth.engine.BatchTest.op;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operation of a batch names what earlier ones have made (contract §12). */
final class BatchReferencesTest {
    private static final String NOWHERE = "res_00000000000000000000000000";
    private static final String CREATE = op("POST", "/v1/resources", "{\"name\":\"r\"}");

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    private Reply batch(String... operations) {
        return store.call("POST", "/v1/batch", body(operations));
    }

    @ParameterizedTest
    @CsvSource({
        "{{1.id}},/operations/1/body/name",
        "{{2.id}},/operations/1/body/name",
        "{{0000000000.id}},/operations/1/body/name",
        "{{2147483648.id}},/operations/1/body/name",
        "{{99999999999999999999.id}},/operations/1/body/name",
        "{{0.nothing}},/operations/1/body/name",
        "{{0.version}},/operations/1/body/name",
        "{{0.data}},/operations/1/body/name",
        "{{0.ownerWorkspaceId}},/operations/1/body/name"
    })
    void reference_thatNamesNothing_isRefusedAtItsPlace(String reference, String pointer) {
        Reply reply = batch(CREATE, op("POST", "/v1/resources", "{\"name\":\"" + reference + "\"}"));

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains("\"operation\":1")
                .contains("\"pointer\":\"" + pointer + "\"")
                .contains("unknown_reference");
        Reply inPath = batch(CREATE, op("POST", "/v1/resources/" + reference + "/pause", ""));
        assertThat(inPath.status()).isEqualTo(422);
        assertThat(inPath.text()).contains("\"pointer\":\"/operations/1/path\"");
    }

    @Test
    void text_thatIsNoReference_staysAsItIs() {
        Reply reply = batch(
                op("POST", "/v1/resources", "{\"name\":\"a {{0.id}}\",\"data\":{\"a\":\"{{id}}\",\"b\":\"{0.id}\"}}"));

        assertThat(reply.text()).contains("\"name\":\"a {{0.id}}\"").contains("{\"a\":\"{{id}}\",\"b\":\"{0.id}\"}");
    }

    @Test
    void referencedValue_thatDoesNotFit_isRefusedWhenItIsKnown() {
        Reply wrong = batch(
                op("POST", "/v1/resources", "{\"name\":\"Not a type\"}"),
                op("POST", "/v1/resources", "{\"name\":\"r\",\"type\":\"{{0.name}}\"}"));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.text()).contains("\"pointer\":\"/operations/1/body/type\"");

        Reply right = batch(
                op("POST", "/v1/resources", "{\"name\":\"invoice\"}"),
                op("POST", "/v1/resources", "{\"name\":\"r\",\"type\":\"{{0.name}}\"}"));
        assertThat(right.text()).contains("\"type\":\"invoice\"");

        Reply certain = batch(
                op("POST", "/v1/resources/" + NOWHERE + "/pause", ""),
                op("POST", "/v1/resources", "{\"name\":\"\",\"type\":\"{{0.name}}\"}"));
        assertThat(certain.status()).isEqualTo(422);
        assertThat(certain.text()).contains("/operations/1/body/name").doesNotContain("/operations/1/body/type");
    }

    @Test
    void data_besideAReferenceToItsType_isCheckedOnceTheTypeIsKnown() {
        String required = "{\"type\":\"object\",\"required\":[\"%s\"]}";
        try (TestEngine typed =
                TestEngine.open(builder -> builder.resourceType("resource", Json.of(required.formatted("other")))
                        .resourceType("invoice", Json.of(required.formatted("sum"))))) {
            String first = op("POST", "/v1/resources", "{\"name\":\"r\",\"type\":\"invoice\",\"data\":{\"sum\":1}}");
            String second = "{\"name\":\"r\",\"type\":\"{{0.type}}\",\"data\":{\"%s\":1}}";

            Reply right =
                    typed.call("POST", "/v1/batch", body(first, op("POST", "/v1/resources", second.formatted("sum"))));
            assertThat(right.status()).as(right.text()).isEqualTo(200);

            Reply wrong = typed.call(
                    "POST", "/v1/batch", body(first, op("POST", "/v1/resources", second.formatted("other"))));
            assertThat(wrong.status()).as(wrong.text()).isEqualTo(422);
            assertThat(wrong.text()).contains("\"pointer\":\"/operations/1/body/data");
        }
    }

    @Test
    void references_thatStandForMoreThanABody_areRefused() {
        String long255 = "x".repeat(255);
        String many = "\"{{0.name}}\",".repeat(2_000);

        Reply reply = batch(
                op("POST", "/v1/resources", "{\"name\":\"" + long255 + "\"}"),
                op("POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{\"all\":[" + many + "1]}}"));
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains("too_long")
                .contains("/operations/1/body/data/all/")
                .contains("262144");
        assertThat(store.rows("resources")).isZero();
    }
}
