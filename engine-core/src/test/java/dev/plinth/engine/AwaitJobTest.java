package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.base.Limits;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code awaitJob} waits by the engine, on a manual clock that stands still. */
@Timeout(180)
final class AwaitJobTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final CountDownLatch open = new CountDownLatch(1);
    private final TestEngine store = TestEngine.open(builder -> builder.jobHandler("held", job -> {
        open.await();
        return Json.of("7");
    }));
    private PlinthClient client;
    private String workspace = "";

    @BeforeEach
    void create() {
        workspace = store.newWideWorkspace();
        client = store.engine().client(store.newKey(workspace));
    }

    @AfterEach
    void close() {
        open.countDown();
        store.close();
    }

    @Test
    void awaitJob_endsMeanwhile_givesItsEndWithOneCall() throws Exception {
        String id = start(NewJob.of("held"));
        Waiter waiting = await(id);
        open.countDown();

        Job job = waiting.job();

        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.result()).contains(Json.of("7"));
        assertThat(client.requests().stream().map(LoggedRequest::route).filter("/v1/jobs/{jobId}"::equals))
                .hasSize(1);
    }

    @Test
    void awaitJob_hasEnded_returnsAtOnce() throws Exception {
        String id = start(NewJob.of("elsewhere"));
        client.cancelJob(id).call();

        assertThat(client.awaitJob(id, Duration.ofNanos(Long.MAX_VALUE).plusDays(1))
                        .status())
                .isEqualTo(JobStatus.CANCELED);
    }

    @Test
    void awaitJob_doesNotEnd_timesOut() {
        String id = start(NewJob.of("elsewhere"));

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> client.awaitJob(id, Duration.ofMillis(20)))
                .withMessageContaining(id)
                .withMessageContaining("PT0.02S");
        assertThatIllegalArgumentException().isThrownBy(() -> client.awaitJob(id, Duration.ZERO));
        assertThat(client.job(id).call().status()).isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void awaitJob_interrupted_leavesTheJob() {
        String id = start(NewJob.of("elsewhere"));
        Waiter waiting = await(id);
        waiting.interrupt();

        assertThat(waiting.thrown()).isInstanceOf(InterruptedException.class);
        assertThat(client.job(id).call().status()).isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void awaitJob_interrupted_leavesItsPlaceToOthers() {
        String id = start(NewJob.of("elsewhere"));
        fillPlaces(Limits.WAITING_CALLS_PER_GROUP_MAX - 1);
        Waiter waiting = await(id);
        waiting.interrupt();
        assertThat(waiting.thrown()).isInstanceOf(InterruptedException.class);

        CompletableFuture<Job> next = client.job(id, Duration.ofSeconds(30)).submit();
        client.cancelJob(id).call();

        assertThat(next.join().status()).isEqualTo(JobStatus.CANCELED);
    }

    @Test
    void awaitJob_withoutAPlaceToWait_asksNowAndThen() throws Exception {
        fillPlaces(Limits.WAITING_CALLS_PER_GROUP_MAX);
        String id = start(NewJob.of("held"));
        Waiter waiting = new Waiter(id);
        waiting.start();
        Patience.until(() -> callsForJobs() > 0); // those before it are not answered yet
        open.countDown();

        assertThat(waiting.job().status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(callsForJobs()).isLessThan(100);
    }

    @Test
    void job_preferredToWaitWithoutAPlace_doesNotSayThatItHasWaited() {
        fillPlaces(Limits.WAITING_CALLS_PER_GROUP_MAX);
        String id = start(NewJob.of("elsewhere"));

        Reply reply = store.engine()
                .call(Call.of("GET", "/v1/jobs/" + id)
                        .withKey(store.newKey(workspace))
                        .withHeader("Prefer", "wait=30"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Preference-Applied")).isNull();
    }

    /** Makes calls that wait for a job which does not end. */
    private void fillPlaces(int calls) {
        String id = start(NewJob.of("never"));
        for (int i = 0; i < calls; i++) {
            CompletableFuture<Job> unused =
                    client.job(id, Duration.ofSeconds(30)).submit();
        }
    }

    private long callsForJobs() {
        return client.requests().stream()
                .map(LoggedRequest::route)
                .filter("/v1/jobs/{jobId}"::equals)
                .count();
    }

    @Test
    void awaitJob_engineCloses_isRefused() {
        String id = start(NewJob.of("elsewhere"));
        Waiter waiting = await(id);
        store.engine().close();

        refused(waiting, "shutting_down");
    }

    @Test
    void awaitJob_workspaceDeletedMeanwhile_isRefused() {
        String id = start(NewJob.of("elsewhere"));
        Waiter waiting = await(id);
        String unused = store.engine().admin().deleteWorkspace(workspace).call();

        refused(waiting, "invalid_token");
    }

    @Test
    void awaitJob_noSuchJob_isRefused() {
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.awaitJob("job_00000000000000000000000000", LONG))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("not_found"));
    }

    private static void refused(Waiter waiter, String code) {
        assertThat(waiter.thrown())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private String start(NewJob job) {
        return client.startJob(job).call().jobId();
    }

    /** Awaits a job on a thread of its own. Returns once that thread waits. */
    private Waiter await(String id) {
        Waiter waiter = new Waiter(id);
        waiter.start();
        Patience.until(() -> waiter.getState() == Thread.State.TIMED_WAITING || !waiter.isAlive());
        return waiter;
    }

    /** A thread that awaits a job. */
    private final class Waiter extends Thread {
        private final String id;
        private final CompletableFuture<Job> end = new CompletableFuture<>();

        Waiter(String id) {
            this.id = id;
        }

        @Override
        public void run() {
            try {
                end.complete(client.awaitJob(id, LONG));
            } catch (InterruptedException | TimeoutException | RuntimeException e) {
                end.completeExceptionally(e);
            }
        }

        Job job() throws Exception {
            return end.get(90, TimeUnit.SECONDS);
        }

        Throwable thrown() {
            return assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(this::job)
                    .actual()
                    .getCause();
        }
    }
}
