package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.handler.JobContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a job whose handler runs while the engine closes has succeeded with its effects, or runs again for them. */
@Timeout(120)
final class EffectsCloseTest {
    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @TempDir
    private Path directory;

    private Json work(JobContext job) throws InterruptedException {
        String unused = job.effects().create(NewResource.of("r"));
        began.countDown();
        assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
        return Json.EMPTY_OBJECT;
    }

    private Json ask(JobContext job) throws InterruptedException {
        began.countDown();
        assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
        String unused = job.workspace().workspace().call().id();
        return Json.EMPTY_OBJECT;
    }

    @Test
    void operation_thatCallsAnotherEngineThatIsClosed_fails() {
        Engine other = Engine.inMemory();
        AdminClient theirs = other.admin();
        other.close();
        try (TestEngine store = TestEngine.open(builder -> builder.operation(
                "ask",
                operation -> OperationResult.of(Json.of(
                        Map.of("id", theirs.createWorkspace("w", "pro").call().id())))))) {
            String path = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"n\"}") + "/operations/ask";

            assertThat(store.call("POST", path, "{}").text()).contains("internal_error");
        }
    }

    @Test
    void close_whileAnOperationCallsTheEngine_saysThatItsOutcomeIsUnknown() throws Exception {
        try (TestEngine store = TestEngine.open(builder -> builder.operation("ask", operation -> {
            began.countDown();
            awaitGoOn();
            return OperationResult.of(Json.of(
                    Map.of("id", operation.workspace().workspace().call().id())));
        }))) {
            String path = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"n\"}") + "/operations/ask";
            CompletableFuture<Reply> reply = store.engine()
                    .submit(Call.of("POST", path).withKey(store.key()).withBody(Json.EMPTY_OBJECT));
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

            store.engine().beginDrain();
            goOn.countDown();

            assertThat(reply.get(60, TimeUnit.SECONDS).status()).isEqualTo(503);
            assertThat(reply.join().text()).contains("outcome_unknown");
        }
    }

    private void awaitGoOn() {
        try {
            assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void close_whileAHandlerCallsTheEngine_usesUpNoAttempt() throws Exception {
        try (TestEngine store =
                TestEngine.open(builder -> builder.directory(directory).jobHandler("asks", this::ask))) {
            String job = store.make("/v1/jobs", "{\"type\":\"asks\",\"input\":{},\"maxAttempts\":1}");
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

            store.engine().beginDrain(); // the first step of close; the next call of the handler is refused
            goOn.countDown();
            store.reopen();
            store.pass(Duration.ofHours(1));

            assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"succeeded\"", "\"attempt\":1");
        }
    }

    @Test
    void close_whileAHandlerRuns_leavesTheJobWithAllOfItsEffectsOrNone() throws Exception {
        try (TestEngine store =
                TestEngine.open(builder -> builder.directory(directory).jobHandler("slow", this::work))) {
            String job = store.make("/v1/jobs", "{\"type\":\"slow\",\"input\":{}}");
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> store.engine().close());
            goOn.countDown();
            closed.get(60, TimeUnit.SECONDS);
            store.reopen();
            store.pass(Duration.ofHours(1));

            assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"succeeded\"");
            assertThat(store.rows("resources")).isOne();
        }
    }
}
