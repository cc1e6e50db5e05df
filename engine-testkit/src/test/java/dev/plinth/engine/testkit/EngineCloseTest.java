package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what closing an engine does to what is under way, and to what comes afterwards. */
final class EngineCloseTest {
    private static final long SECONDS_MAX = 30;
    private static final int CALLERS = 4;

    private final Gate gate = new Gate();
    private final AtomicBoolean ended = new AtomicBoolean();

    @RegisterExtension
    final PlinthExtension plinth = PlinthExtension.builder()
            .engine(engine -> engine.asyncOperation("render", job -> {
                gate.pass();
                ended.set(true);
                return Json.of("{\"pages\":3}");
            }))
            .build();

    @Test
    void close_whileAJobRuns_letsItEndAndAnswersWhoWaitsForIt(Engine engine, PlinthClient client) throws Exception {
        String jobId = client.startJob("render", Json.EMPTY_OBJECT).call().jobId();
        gate.awaitSomebody();
        CompletableFuture<Job> waiting =
                client.job(jobId, Duration.ofSeconds(SECONDS_MAX)).submit();
        engine.beginDrain();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(engine::close, task -> new Thread(task).start());
        assertThat(closing).isNotDone();

        gate.letThrough();

        closing.get(SECONDS_MAX, TimeUnit.SECONDS);
        assertThat(ended).isTrue();
        assertThat(waiting.get(SECONDS_MAX, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void close_whileSomebodyWaitsForAJobThatNobodyRuns_answersAsItStands(Engine engine, PlinthClient client)
            throws Exception {
        String jobId = client.startJob("for_workers_elsewhere", Json.EMPTY_OBJECT)
                .call()
                .jobId();
        CompletableFuture<Job> waiting =
                client.job(jobId, Duration.ofSeconds(SECONDS_MAX)).submit();
        assertThat(waiting).isNotDone();

        engine.close();

        assertThat(waiting.get(SECONDS_MAX, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void submit_ofHostCodeAfterClose_isRefusedWith503(Engine engine, PlinthClient client, ApiKey key) throws Exception {
        String id = client.resources().create("R").call().id();
        engine.close();
        Call operation = Call.of("POST", "/v1/resources/" + id + "/operations/render")
                .withKey(key.secret().orElseThrow())
                .withBody(Json.of("{\"input\":{}}"));
        assertThat(engine.submit(operation).get(SECONDS_MAX, TimeUnit.SECONDS).status())
                .isEqualTo(503);
    }

    @Test
    void calls_inFlightWhileTheEngineCloses_areAnsweredOrRefusedWith503(Engine engine, PlinthServer server)
            throws Exception {
        Door door = Door.inProcess(engine);
        String key = door.workspaceKey("business");
        List<CompletableFuture<List<Integer>>> callers = new ArrayList<>();
        CountDownLatch calling = new CountDownLatch(CALLERS);
        for (int i = 0; i < CALLERS; i++) {
            callers.add(CompletableFuture.supplyAsync(
                    () -> {
                        List<Integer> statuses = new ArrayList<>();
                        int status;
                        do {
                            Reply reply = door.post(key, "/v1/resources", "{\"name\":\"R\"}");
                            status = reply.status();
                            statuses.add(status);
                            calling.countDown();
                        } while (status == 201 || status == 429);
                        return statuses;
                    },
                    task -> new Thread(task).start()));
        }
        calling.await();
        engine.close();

        for (CompletableFuture<List<Integer>> caller : callers) {
            List<Integer> statuses = caller.get(SECONDS_MAX, TimeUnit.SECONDS);
            assertThat(statuses.get(statuses.size() - 1)).isEqualTo(503);
            assertThat(statuses.subList(0, statuses.size() - 1)).allMatch(status -> status == 201 || status == 429);
        }
    }

    @Test
    void call_afterClose_isRefusedWith503(Engine engine, PlinthClient client, ApiKey key) {
        engine.close();
        engine.close();

        Reply reply = Door.inProcess(engine).get(key.secret().orElseThrow(), "/v1/resources");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(Door.text(reply, "code")).isEqualTo("shutting_down");
        assertThat(reply.header("Retry-After")).isNotNull();
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.resources().create("R").call())
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("shutting_down"));
    }

    @Test
    void callOverHttp_afterCloseOfTheEngine_isRefusedWith503(Engine engine, PlinthServer server) {
        engine.close();
        Reply reply = Door.overHttp(server.uri()).get(server.apiKey(), "/v1/resources");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(Door.text(reply, "code")).isEqualTo("shutting_down");
    }
}
