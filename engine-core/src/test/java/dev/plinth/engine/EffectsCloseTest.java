package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import java.nio.file.Path;
import java.time.Duration;
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
        String unused = job.effects().create(NewResource.named("r"));
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
