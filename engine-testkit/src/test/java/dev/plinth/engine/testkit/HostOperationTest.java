package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Operations that the host registered: the synchronous ones, and those that run as jobs. */
final class HostOperationTest {
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int ROUNDS = 300;

    private final Gate gate = new Gate();

    @RegisterExtension
    final PlinthExtension plinth = PlinthExtension.builder()
            .plan("business")
            .engine(engine -> engine.operation("rename", operation -> {
                        Object name = operation.input().asMap().get("name");
                        if (name == null) {
                            throw new OperationRefused("Expected a name, but got none; give one.");
                        }
                        operation
                                .effects()
                                .patch(operation.resourceId(), ResourceChange.NONE.withName(String.valueOf(name)));
                        operation
                                .effects()
                                .publish(NewEvent.of("label.printed", Json.of("{\"label\":\"" + name + "\"}"))
                                        .about(operation.resourceId()));
                        return OperationResult.of(Json.of("{\"renamed\":true}"));
                    })
                    .asyncOperation("render", job -> {
                        job.progress(1, 2, "half");
                        gate.pass();
                        return job.isCancelRequested() ? null : Json.of("{\"pages\":3}");
                    })
                    .jobHandler("flaky", job -> {
                        if (job.attempt() < 3) {
                            throw new JobFailure("not_yet", "Attempt " + job.attempt() + " is too early.", true);
                        }
                        return Json.of("{\"attempt\":" + job.attempt() + "}");
                    }))
            .build();

    @Test
    void synchronousOperation_run_givesResultPatchAndEvent(PlinthClient client) {
        Resource resource = client.resources().create("Before").call();

        Json result = client.resources()
                .run(resource.id(), "rename", Json.of("{\"name\":\"After\"}"))
                .call();

        assertThat(result).isEqualTo(Json.of("{\"renamed\":true}"));
        assertThat(client.resources().get(resource.id()).call().name()).isEqualTo("After");
        assertThat(client.events().call().data()).extracting(Event::type).contains("label.printed", "resource.updated");
    }

    @Test
    void synchronousOperation_sameKeyTwice_runsOnce(PlinthClient client) {
        Resource resource = client.resources().create("Before").call();
        for (int i = 0; i < 2; i++) {
            client.resources()
                    .run(resource.id(), "rename", Json.of("{\"name\":\"After\"}"))
                    .idempotencyKey("rename-1")
                    .call();
        }
        assertThat(client.resources().get(resource.id()).call().version()).isEqualTo(2);
    }

    @Test
    void synchronousOperation_refusedByTheHost_is422AndChangesNothing(PlinthClient client) {
        Resource resource = client.resources().create("Before").call();
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.resources()
                        .run(resource.id(), "rename", Json.EMPTY_OBJECT)
                        .call())
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(422))
                .withMessageContaining("Expected a name");
        assertThat(client.resources().get(resource.id()).call()).isEqualTo(resource);
    }

    @Test
    void operation_unknownOrOfAPausedResource_is404Or409(PlinthClient client) {
        String id = client.resources().create("R").call().id();
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() ->
                        client.resources().run(id, "nothing", Json.EMPTY_OBJECT).call())
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(404));
        client.resources().pause(id).call();
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() ->
                        client.resources().run(id, "rename", Json.EMPTY_OBJECT).call())
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("resource_paused"));
    }

    @Test
    void asynchronousOperation_polled_showsProgressThenResult(PlinthClient client, PlinthServer server) {
        Door door = Door.overHttp(server.uri());
        String id = client.resources().create("R").call().id();
        AcceptedJob accepted =
                client.resources().start(id, "render", Json.EMPTY_OBJECT).call();
        assertThat(accepted.status()).isEqualTo(JobStatus.QUEUED);
        gate.awaitSomebody();

        assertThat(client.job(accepted.jobId()).call().status()).isEqualTo(JobStatus.RUNNING);
        assertThat(door.get(server.apiKey(), "/v1/jobs/" + accepted.jobId()).text())
                .contains("\"progress\":{\"done\":1,\"total\":2,\"message\":\"half\"}");

        gate.letThrough();
        Job ended = client.job(accepted.jobId(), WAIT).call();
        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(ended.result()).contains(Json.of("{\"pages\":3}"));
        assertThat(ended.resourceId()).contains(id);
    }

    @Test
    void asynchronousOperation_succeeded_sendsAWebhookWithTheJobAsItsGetShowsIt(
            PlinthClient client, PlinthServer server, WebhookSink sink) {
        WebhookEndpoint endpoint =
                client.createWebhook(sink.uri().toString(), "job.*").call();
        String id = client.resources().create("R").call().id();
        gate.letThrough();
        AcceptedJob accepted =
                client.resources().start(id, "render", Json.EMPTY_OBJECT).call();

        ReceivedWebhook webhook = sink.await(1).get(0);

        assertThat(webhook.isSignedWith(endpoint.secret().orElseThrow())).isTrue();
        assertThat(webhook.isSignedWith("whsec_" + "A".repeat(44))).isFalse();
        assertThat(webhook.json().asMap()).containsEntry("type", "job.succeeded");
        assertThat(webhook.body())
                .endsWith("\"data\":"
                        + Door.overHttp(server.uri())
                                .get(server.apiKey(), "/v1/jobs/" + accepted.jobId())
                                .text()
                        + "}");
    }

    @Test
    void wait_forAJobThatIsJustEnding_neverShowsItUnfinished(PlinthClient client) {
        for (int i = 0; i < ROUNDS; i++) {
            String jobId = client.startJob("render", Json.EMPTY_OBJECT).call().jobId();
            gate.awaitSomebody();
            gate.letThrough();
            assertThat(client.job(jobId, WAIT).call().status()).isEqualTo(JobStatus.SUCCEEDED);
        }
    }

    @Test
    void cancel_ofARunningJob_tellsItsHandlerWhichThenEnds(PlinthClient client) {
        String jobId = client.startJob("render", Json.EMPTY_OBJECT).call().jobId();
        gate.awaitSomebody();
        assertThat(client.cancelJob(jobId).call().status()).isEqualTo(JobStatus.RUNNING);
        gate.letThrough();
        assertThat(client.job(jobId, WAIT).call().status()).isEqualTo(JobStatus.CANCELED);
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.cancelJob(jobId).call())
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("job_finished"));
    }

    @Test
    void cancel_ofAJobThatNobodyRuns_cancelsItAtOnce(PlinthClient client) {
        String jobId = client.startJob("for_workers_elsewhere", Json.EMPTY_OBJECT)
                .call()
                .jobId();
        assertThat(client.cancelJob(jobId).call().status()).isEqualTo(JobStatus.CANCELED);
        assertThat(client.events().call().data()).extracting(Event::type).startsWith("job.canceled");
    }

    @Test
    void job_failingTwice_isTriedAgainWhenTheClockIsTurned(PlinthClient client, ManualClock clock, WebhookSink sink) {
        client.createWebhook(sink.uri().toString(), "job.*").call();
        String jobId = client.startJob("flaky", Json.EMPTY_OBJECT).call().jobId();
        clock.advance(Duration.ZERO);
        assertThat(client.job(jobId).call().status()).isEqualTo(JobStatus.SCHEDULED);

        clock.advance(Duration.ofMinutes(1));

        Job ended = client.job(jobId).call();
        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(ended.attempt()).isEqualTo(3);
        assertThat(ended.error()).isEqualTo(Optional.empty());
        assertThat(sink.await(1)).hasSize(1);
    }
}
