package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.GraceTimes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shows that closing ends although code of the host does not, and tells what it has left. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HungCloseTest {
    private final CountDownLatch hung = new CountDownLatch(2);
    private final CountDownLatch letGo = new CountDownLatch(1);

    @TempDir
    private Path directory;

    @Test
    void close_handlerListenerContinuationAndReceiverHang_returnsAndTellsWhatIsLeft() throws InterruptedException {
        try (HeldReceiver receiver = new HeldReceiver();
                CapturedLog log = CapturedLog.open()) {
            Engine engine = Engine.builder()
                    .directory(directory)
                    .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(40)))
                    .webhookAllow("127.0.0.0/8")
                    .jobHandler("hangs", job -> {
                        hang();
                        return Json.EMPTY_OBJECT;
                    })
                    .listener("audit", (workspace, event) -> {
                        if (event.type().equals("a.b")) {
                            hang();
                        }
                    })
                    .open();
            String workspace =
                    engine.admin().createWorkspace("w", "business").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            PlinthClient client = engine.client(key);
            client.webhooks().create(NewWebhookEndpoint.of(receiver.url())).call();
            String job = client.startJob("hangs", Json.EMPTY_OBJECT).call().jobId();
            client.publish("a.b", Json.EMPTY_OBJECT).call();
            client.job(job, Duration.ofSeconds(30)).submit().thenRun(this::hang);
            hung.await();
            receiver.awaitReceived(1);

            engine.close();

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("closing"))
                    .singleElement()
                    .asString()
                    .contains("job " + job + " (hangs)", "webhook attempts", "1 calls", "listener audit");
        } finally {
            letGo.countDown();
        }
        try (Engine again = Engine.open(directory)) {
            assertThat(again.isWritable()).as("opens").isTrue();
        }
    }

    @Test
    void close_whileCodeOfTheHostRuns_leavesItsCallersWithAnUnknownOutcome() throws InterruptedException {
        Engine engine = Engine.builder()
                .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(60)))
                .operation("charge", operation -> {
                    hang();
                    return OperationResult.of(Json.EMPTY_OBJECT);
                })
                .open();
        String workspace =
                engine.admin().createWorkspace("w", "business").call().id();
        String key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        String resource = engine.client(key).resources().create("r").call().id();
        Call charge = Call.of("POST", "/v1/resources/" + resource + "/operations/charge")
                .withKey(key)
                .withBody(Json.EMPTY_OBJECT);
        CompletableFuture<String> called =
                CompletableFuture.supplyAsync(() -> engine.call(charge).text(), HungCloseTest::start);
        CompletableFuture<Json> worked = CompletableFuture.supplyAsync(
                () -> engine.idempotent(workspace, "i", "f", () -> {
                    hang();
                    return Json.EMPTY_OBJECT;
                }),
                HungCloseTest::start);
        hung.await();

        engine.close();
        letGo.countDown();

        assertThat(called.orTimeout(60, TimeUnit.SECONDS).join()).contains("\"code\":\"outcome_unknown\"");
        assertThatThrownBy(() -> worked.orTimeout(60, TimeUnit.SECONDS).join()).hasMessageContaining("outcome_unknown");
    }

    /** A thread of each task's own: the common pool of two processors has one thread on JDK 25, and both tasks hang. */
    private static void start(Runnable task) {
        new Thread(task, "caller").start();
    }

    /** Bears every interrupt, as careless code does. */
    private void hang() {
        hung.countDown();
        boolean interrupted = false;
        while (letGo.getCount() > 0) {
            try {
                letGo.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
