package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.client.PlinthClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Data as deep as a body may be comes back out, although pages and events wrap more levels around it. */
final class DeepDataTest {
    private static final int DATA_DEPTH_MAX = 63;
    private static final Json DEEPEST = Json.of("{\"a\":".repeat(DATA_DEPTH_MAX) + "1" + "}".repeat(DATA_DEPTH_MAX));

    @Test
    void list_deepestData_isShown() {
        try (Engine engine = Engine.inMemory()) {
            PlinthClient client = client(engine);
            create(client);

            assertThat(client.resources().list().call().data()).hasSize(1);
            assertThat(client.events().call().data()).isNotEmpty();
        }
    }

    @Test
    void listener_deepestData_hearsOfIt() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        EngineBuilder builder = Engine.builder().listener("all", (workspace, event) -> {
            if (event.type().equals("resource.created")) {
                heard.complete(event.data().toString());
            }
        });
        try (Engine engine = builder.open()) {
            create(client(engine));

            assertThat(heard.get(30, TimeUnit.SECONDS)).contains(DEEPEST.toString());
        }
    }

    private static void create(PlinthClient client) {
        client.resources().create(NewResource.of("deep").withData(DEEPEST)).call();
    }

    private static PlinthClient client(Engine engine) {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        return engine.client(
                engine.admin().createKey(workspace, "k").call().secret().orElseThrow());
    }
}
