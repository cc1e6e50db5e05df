package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors of input name what the caller probably meant, and no filter takes an id that is none. */
final class HelpfulErrorsTest {
    private static final String NOWHERE = "0".repeat(26);

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/webhook-endpoints, events, types",
        "/v1/webhook-endpoints, eventTypes, types",
        "/v1/webhook-endpoints, event_types, types",
        "/v1/webhook-endpoints, max_per_second, maxPerSecond",
        "/v1/webhook-endpoints, endpointUrl, url",
        "/v1/resources, nam, name",
        "/v1/resources, Metadata, metadata",
        "/v1/jobs, resource_id, resourceId",
    })
    void unknownMember_namesTheNearest(String path, String member, String meant) {
        Reply refused = store.call("POST", path, "{\"" + member + "\":1}");

        assertThat(refused.text())
                .contains("Unknown or read-only member \\\"" + member + "\\\". The nearest name is " + meant + ".");
    }

    @Test
    void unknownMember_likeNoOther_namesThemAll() {
        assertThat(store.call("POST", "/v1/resources", "{\"name\":\"r\",\"colour\":1}")
                        .text())
                .contains("Unknown or read-only member \\\"colour\\\"."
                        + " Use one of name, type, data, metadata, or leave it out.");
        assertThat(store.call("POST", "/v1/resources/res_x/pause", "{\"colour\":1}")
                        .text())
                .contains("Leave it out, because there are no members here.");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/resources?stauts=all, status",
        "/v1/resources?created_after=x, createdAfter",
        "/v1/events?types=a, type",
        "/v1/jobs?pageLimit=3, limit",
    })
    void unknownParameter_namesTheNearest(String path, String meant) {
        Reply refused = store.call("GET", path);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("The nearest name is " + meant + ".");
    }

    /** A filter that is added later is in the route table too. */
    @Test
    void filterByAnId_ofNone_is400AndOfNothingIsEmpty() {
        List<String> tried = new ArrayList<>();
        for (Route route : store.engine().wire().table()) {
            for (Parameter<?> parameter : route.parameters()) {
                if (route.method().equals("GET") && parameter.name().endsWith("Id")) {
                    tried.add(route.path() + "?" + parameter.name());
                    for (String none : List.of("nonsense", "", "res_", "evt_" + NOWHERE, "RES_" + NOWHERE)) {
                        Reply refused = store.call("GET", route.path() + "?" + parameter.name() + "=" + none);
                        assertThat(refused.status()).as("%s of %s", none, tried).isEqualTo(400);
                        assertThat(refused.text())
                                .contains("\"parameter_invalid\"", "\"parameter\":\"" + parameter.name() + "\"");
                    }
                }
            }
        }
        assertThat(tried)
                .contains(
                        "/v1/jobs?resourceId",
                        "/v1/events?resourceId",
                        "/v1/events/stream?resourceId",
                        "/v1/requests?keyId");
        for (String path :
                List.of("/v1/jobs?resourceId=res_", "/v1/events?resourceId=res_", "/v1/requests?keyId=key_")) {
            assertThat(store.text(path + NOWHERE)).contains("\"data\":[]");
        }
        assertThat(store.status("/v1/events/stream?resourceId=res_" + NOWHERE)).isEqualTo(200);
    }
}
