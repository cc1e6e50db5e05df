package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Scope;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which refusals an idempotency key remembers: those met after the input was found valid (contract §5), and no others. */
final class RememberedRefusalTest {
    private final AtomicInteger runs = new AtomicInteger();
    private final Engine engine = Engine.builder()
            .operation("refuse", operation -> {
                runs.incrementAndGet();
                throw new OperationRefused("Expected something else.");
            })
            .operation("claim", operation -> {
                operation.effects().publish("resource.created", Json.EMPTY_OBJECT);
                return OperationResult.of(Json.EMPTY_OBJECT);
            })
            .open();
    private String secret = "";

    @BeforeEach
    void createKey() {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        secret = engine.admin().createKey(workspace, "server").call().secret().orElseThrow();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void operation_refusedByTheHost_remembered() {
        String path = "/v1/resources/" + resource() + "/operations/refuse";

        assertThat(post(path, "{}").status()).isEqualTo(422);
        assertThat(post(path, "{}").header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(runs).hasValue(1);
    }

    @Test
    void operation_onAPausedResource_remembered() {
        String resource = resource();
        engine.client(secret).resources().pause(resource).call();
        String path = "/v1/resources/" + resource + "/operations/refuse";

        assertThat(post(path, "{}").status()).isEqualTo(409);
        engine.client(secret).resources().resume(resource).call();
        assertThat(post(path, "{}").header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(runs).hasValue(0);
    }

    @Test
    void key_thatWouldGiveMoreThanItHas_remembered() {
        useKeyOf("keys:write");
        Reply first = post("/v1/keys", "{\"name\":\"n\"}");
        assertThat(first.text()).contains("insufficient_scope");

        Reply again = post("/v1/keys", "{\"name\":\"n\"}");

        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.header("WWW-Authenticate"))
                .contains("error=\"insufficient_scope\", scope=\"")
                .isEqualTo(first.header("WWW-Authenticate"));
    }

    @Test
    void call_beyondTheScopesOfItsKey_notRemembered() {
        useKeyOf("keys:read");

        assertThat(post("/v1/keys", "{\"name\":\"n\"}").text()).contains("insufficient_scope");
        assertThat(post("/v1/keys", "{\"name\":\"n\"}").header("Idempotent-Replayed"))
                .isNull();
    }

    @Test
    void patch_thatWouldLeaveTooManyPairs_notRemembered() {
        String path = "/v1/resources/" + resource();
        String pairs =
                IntStream.range(0, 50).mapToObj(i -> "\"k" + i + "\":\"v\"").collect(Collectors.joining(","));
        assertThat(patch(path, "{\"metadata\":{" + pairs + "}}", "fill").status())
                .isEqualTo(200);
        String more = "{\"metadata\":{\"more\":\"v\"}}";
        assertThat(patch(path, more, "k").status()).isEqualTo(422);
        assertThat(patch(path, "{\"metadata\":{\"k0\":null}}", "free").status()).isEqualTo(200);

        Reply again = patch(path, more, "k");

        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(again.header("Idempotent-Replayed")).isNull();
    }

    @Test
    void event_onAResourceThatIsNotVisibleYet_notRemembered() {
        String other = engine.admin().createWorkspace("other", "pro").call().id();
        String others = engine.admin().createKey(other, "k").call().secret().orElseThrow();
        String shared =
                engine.client(others).resources().create("theirs").call().id();
        String body = "{\"type\":\"a.b\",\"data\":{},\"resourceId\":\"" + shared + "\"}";
        assertThat(post("/v1/events", body).text()).contains("unknown_resource");
        String own = engine.client(secret).workspace().call().id();
        Call share = Call.of("PUT", "/v1/resources/" + shared + "/shares/" + own)
                .withKey(others)
                .withBody(Json.of("{\"role\":\"editor\"}"));
        assertThat(engine.call(share).status()).isEqualTo(201);

        assertThat(post("/v1/events", body).status()).isEqualTo(201);
    }

    @Test
    void event_ofAReservedType_notRemembered() {
        String body = "{\"type\":\"resource.made\",\"extra\":1}";

        assertThat(post("/v1/events", body).text()).contains("reserved", "unknown_member");
        assertThat(post("/v1/events", body).header("Idempotent-Replayed")).isNull();
    }

    @Test
    void operation_thatPublishesAReservedType_failsAndChangesNothing() {
        String path = "/v1/resources/" + resource() + "/operations/claim";

        assertThat(post(path, "{}").status()).isEqualTo(500);
        assertThat(engine.client(secret).events().call().data())
                .filteredOn(event -> event.type().equals("resource.created"))
                .hasSize(1);
    }

    private void useKeyOf(String scope) {
        String workspace = engine.client(secret).workspace().call().id();
        secret = engine.admin()
                .createKey(workspace, NewKey.of("k").withScopes(Scope.of(scope)))
                .call()
                .secret()
                .orElseThrow();
    }

    private String resource() {
        return engine.client(secret).resources().create("one").call().id();
    }

    private Reply patch(String path, String body, String key) {
        return engine.call(Call.of("PATCH", path)
                .withKey(secret)
                .withHeader("Idempotency-Key", key)
                .withBody(Json.of(body)));
    }

    private Reply post(String path, String body) {
        return engine.call(Call.of("POST", path)
                .withKey(secret)
                .withHeader("Idempotency-Key", "k")
                .withBody(Json.of(body)));
    }
}
