package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of the host about a resource (contract §8): whose they are, where they are found, and who may publish them. */
final class PublishOnResourceTest {
    private static final String ABSENT = "res_00000000000000000000000000";

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void publish_aboutAResource_isFoundUnderIt() {
        String resource = resource();

        Reply reply = publish("payment.taken", resource);

        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        String event = TestEngine.id(reply);
        assertThat(reply.header("Location")).isEqualTo("/v1/events/" + event);
        assertThat(store.text("/v1/events/" + event)).isEqualTo(reply.text());
        assertThat(store.text("/v1/events?resourceId=" + resource)).contains(event);
        assertThat(store.text("/v1/events?resourceId=" + resource() + "&type=payment.*"))
                .doesNotContain(event);
    }

    @Test
    void publish_byTheTypedClient_isAboutTheResource() {
        String resource = resource();
        PlinthClient client = store.engine().client(store.key());

        String event = client.publish(
                        NewEvent.of("payment.taken", Json.EMPTY_OBJECT).about(resource))
                .call()
                .id();

        assertThat(client.events()
                        .where("resourceId", resource)
                        .call()
                        .data()
                        .get(0)
                        .id())
                .isEqualTo(event);
    }

    /** The endpoint fails the first webhook of the resource, so that the event behind it has to wait for its retry. */
    @Test
    void publish_aboutAResource_isDeliveredInItsOrder() {
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        store.hear(body -> heard.add(body.replaceAll("^.*?\"type\":\"([a-z_.]+)\".*", "$1")));
        // The receiver takes one webhook at a time, and shows it before it answers.
        store.answerWith(number ->
                heard.equals(List.of("resource.created")) || heard.equals(List.of("payment.loose", "resource.created"))
                        ? 500
                        : 200);
        store.endpoint();
        store.pass(Duration.ofSeconds(1));
        heard.clear();
        String resource = resource();
        publish("payment.taken", resource);
        publish("payment.loose", null);

        store.pass(Duration.ofSeconds(1));
        assertThat(heard).containsExactlyInAnyOrder("resource.created", "payment.loose");
        store.pass(Duration.ofMinutes(1));
        assertThat(heard.subList(2, heard.size())).containsExactly("resource.created", "payment.taken");
    }

    @ParameterizedTest
    @CsvSource({"archive, 409, resource_archived", "pause, 201, ", "resume, 201, "})
    void publish_aboutAResourceInAStatus_isAnsweredByIt(String move, int status, String code) {
        String resource = resource();
        store.call("POST", "/v1/resources/" + resource + "/" + move);

        Reply reply = publish("payment.taken", resource);

        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        if (code != null) {
            assertThat(reply.text()).contains("\"code\":\"" + code + "\"");
        }
    }

    @Test
    void publish_aboutWhatIsNotSeen_isRefusedInTheWordsForWhatIsNotThere() {
        String foreign = resource();
        store.use(store.newKey(store.newWorkspace("stranger")));
        List<String> answers = new ArrayList<>();
        for (String resource : List.of(ABSENT, foreign, "no id")) {
            Reply reply = publish("payment.taken", resource);
            assertThat(reply.status()).as(reply.text()).isEqualTo(422);
            assertThat(reply.text()).contains("\"validation_failed\"", "\"pointer\":\"/resourceId\"");
            answers.add(reply.text().replaceAll("req_\\w+", ""));
        }
        assertThat(answers).containsOnly(answers.get(0));
        assertThat(store.text("/v1/events")).doesNotContain("payment.taken");
    }

    @Test
    void publish_aboutASharedResource_isTheOwnersEventAndTheEditorsRight() {
        String owner = store.key();
        String resource = resource();
        String workspace = store.newWorkspace("grantee");
        String grantee = store.newKey(workspace);
        String share = "/v1/resources/" + resource + "/shares/" + workspace;

        store.call("PUT", share, "{\"role\":\"reader\"}");
        store.use(grantee);
        Reply refused = publish("payment.taken", resource);
        assertThat(refused.status()).as(refused.text()).isEqualTo(403);
        assertThat(refused.text()).contains("\"forbidden\"");

        store.use(owner);
        store.call("PUT", share, "{\"role\":\"editor\"}");
        store.use(grantee);
        Reply made = keyed("k", "payment.taken", resource);
        String event = TestEngine.id(made);
        assertThat(made.status()).isEqualTo(201);
        assertThat(store.text("/v1/events?type=payment.*")).doesNotContain(event);
        assertThat(store.status("/v1/events/" + event)).isEqualTo(404);

        store.use(owner);
        assertThat(store.text("/v1/events?resourceId=" + resource)).contains(event);
        store.call("DELETE", share);
        store.use(grantee);
        assertThat(keyed("k", "payment.taken", resource).status())
                .as("a replay shows nothing of a share that is gone")
                .isEqualTo(404);
        assertThat(publish("payment.taken", resource).status()).isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource({
        "a, 201",
        "a.b.c.d.e.f.g.h.i.j.k, 201",
        "A_1.b, 201",
        "a..b, 422",
        "a., 422",
        "a.*, 422",
        "a-b, 422",
        "resource.made, 422",
        "resource, 201"
    })
    void publish_ofAType_isTakenByItsSpelling(String type, int status) {
        assertThat(publish(type, null).status()).isEqualTo(status);
    }

    @Test
    void publish_ofALongType_isTakenUpTo128Characters() {
        assertThat(publish("a".repeat(128), null).status()).isEqualTo(201);
        assertThat(publish("a".repeat(129), null).status()).isEqualTo(422);
        assertThat(publish("a." + "b.".repeat(62) + "cd", null).status()).isEqualTo(201);
        Reply endless = publish("a." + "b.".repeat(60_000) + "c", null);
        assertThat(endless.status()).as(endless.text()).isEqualTo(422);
    }

    private String resource() {
        return store.make("/v1/resources", "{\"name\":\"r\"}");
    }

    private Reply publish(String type, String resource) {
        return store.call("POST", "/v1/events", body(type, resource));
    }

    private Reply keyed(String key, String type, String resource) {
        return store.keyed(key, "POST", "/v1/events", body(type, resource));
    }

    private static String body(String type, String resource) {
        String about = resource == null ? "" : ",\"resourceId\":\"" + resource + "\"";
        return "{\"type\":\"" + type + "\",\"data\":{}" + about + "}";
    }
}
