package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The ten lines of the README, so that they compile and hold. */
final class ReadmeExampleTest {
    @Test
    void readmeExample_asPrinted_createsOnceAndReadsBack() {
        try (Engine engine = Engine.inMemory()) {
            Workspace workspace = engine.admin().createWorkspace("acme", "pro").call();
            ApiKey key = engine.admin().createKey(workspace.id(), "server").call();
            PlinthClient client = engine.client(key.secret().orElseThrow());

            Resource made = client.resources()
                    .create("My resource")
                    .idempotencyKey("order-4711")
                    .call();
            Resource again = client.resources()
                    .create("My resource")
                    .idempotencyKey("order-4711")
                    .call();
            CompletableFuture<Resource> paused =
                    client.resources().pause(made.id()).submit();

            assertThat(again).isEqualTo(made);
            assertThat(paused.join().status()).isEqualTo(ResourceStatus.PAUSED);
            assertThat(client.resources().get(made.id()).call()).isEqualTo(paused.join());
        }
    }
}
