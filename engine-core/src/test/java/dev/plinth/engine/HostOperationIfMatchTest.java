package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code If-Match} on the host's operations: it says on which version they may run. */
final class HostOperationIfMatchTest {
    private static final ResourceChange PATCH = ResourceChange.NONE.withName("patched");
    private static final ResourceChange OTHER = ResourceChange.NONE.withName("other");

    private final AtomicInteger runs = new AtomicInteger();
    private Runnable meanwhile = () -> {};
    private final Engine engine = Engine.builder()
            .operation("now", operation -> {
                runs.incrementAndGet();
                meanwhile.run();
                operation.effects().patch(operation.resourceId(), PATCH);
                operation
                        .effects()
                        .publish(NewEvent.of("it.happened", PATCH.json()).about(operation.resourceId()));
                return OperationResult.of(Json.EMPTY_OBJECT);
            })
            .asyncOperation("later", job -> Json.EMPTY_OBJECT)
            .open();
    private String key = "";
    private PlinthClient client = engine.client(key);
    private String id = "";

    @BeforeEach
    void create() {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        client = engine.client(key);
        id = client.resources().create("a").call().id();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"now", "later"})
    void operation_onAnotherVersion_is412AndNothingRuns(String operation) {
        Reply refused = run(operation, "\"v2\"");

        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.text()).contains("\"code\":\"precondition_failed\"");
        assertThat(runs).hasValue(0);
        assertThat(client.jobs().call().data()).isEmpty();
        assertThat(run(operation, "\"v1\"").status()).isIn(200, 202);
    }

    @Test
    void operation_resourceChangedWhileItRuns_is412AndNothingIsCommitted() {
        meanwhile = () -> client.resources().update(id, OTHER).call();

        assertThat(run("now", "\"v1\"").status()).isEqualTo(412);
        assertThat(runs).hasValue(1);
        assertThat(client.resources().get(id).call().name()).isEqualTo("other");
        assertThat(client.events().where("type", "it.happened").call().data()).isEmpty();
        assertThat(run("now", "*").status()).isEqualTo(200);
    }

    @Test
    void operation_ofTheTypedClientIfVersion_isRefusedAndRunsTheSame() {
        assertThatThrownBy(() -> client.resources()
                        .run(id, "now", Json.EMPTY_OBJECT)
                        .ifVersion(2)
                        .call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("precondition_failed"));
        assertThatThrownBy(() -> client.resources()
                        .start(id, "later", Json.EMPTY_OBJECT)
                        .ifVersion(2)
                        .call())
                .isInstanceOf(PlinthException.class);
        client.resources().run(id, "now", Json.EMPTY_OBJECT).ifVersion(1).call();

        assertThat(runs).hasValue(1);
        assertThat(client.resources().get(id).call().name()).isEqualTo("patched");
    }

    @Test
    void operation_ifMatchDemanded_428WithoutIt() {
        String route = "POST /v1/resources/{id}/operations/{name}";
        try (TestEngine store =
                TestEngine.open(builder -> builder.requireIfMatch(route).operation("now", operation -> {
                    runs.incrementAndGet();
                    return OperationResult.of(Json.EMPTY_OBJECT);
                }))) {
            String resource = store.make("/v1/resources", "{\"name\":\"R\"}");
            Reply refused = store.call("POST", "/v1/resources/" + resource + "/operations/now");

            assertThat(refused.status()).isEqualTo(428);
            assertThat(runs).hasValue(0);
        }
    }

    private Reply run(String operation, String tags) {
        return engine.call(Call.of("POST", "/v1/resources/" + id + "/operations/" + operation)
                .withKey(key)
                .withHeader("If-Match", tags));
    }
}
