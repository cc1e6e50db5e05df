package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The host's own code calls without a key and without a part in the tenant's rate limit, and is bound by all else. */
final class HostClientTest {
    private static final int JOBS = 40;
    private static final Plan TWO = Plan.perMinute("two", 60).withResourcesMax(2);

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch heard = new CountDownLatch(1);
    private final CountDownLatch inHandler = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final TestEngine store = TestEngine.open(builder -> builder.plan(TWO)
            .jobHandler("import", job -> {
                for (int i = 0; i < 3; i++) {
                    job.workspace()
                            .resources()
                            .create(job.jobId())
                            .idempotencyKey(job.jobId() + i)
                            .call();
                }
                handled.add(job.jobId());
                return Json.EMPTY_OBJECT;
            })
            .operation("copy", operation -> {
                Resource copy = operation.workspace().resources().create("copy").call();
                return OperationResult.of(Json.of("{\"copy\":\"" + copy.id() + "\"}"));
            })
            .operation("slow", operation -> {
                held();
                operation.effects().patch(operation.resourceId(), ResourceChange.NONE.withName("changed"));
                return OperationResult.of(Json.EMPTY_OBJECT);
            })
            .jobHandler("held", job -> {
                held();
                return Json.EMPTY_OBJECT;
            })
            .listener("audit", (context, event) -> {
                if (event.type().equals("audit.wanted")) {
                    context.workspace()
                            .publish("audit.done", event.data())
                            .idempotencyKey(event.id())
                            .call();
                    heard.countDown();
                }
            }));

    private String workspace;
    private PlinthClient host;

    @BeforeEach
    void open() {
        workspace =
                store.engine().admin().createWorkspace("acme", "starter").call().id();
        store.use(store.newKey(workspace));
        host = store.engine().workspace(workspace);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** 40 jobs with three calls each are twice what Starter has in a minute. */
    @Test
    void handlers_ofManyJobs_takeNoUnits() {
        for (int i = 0; i < JOBS; i++) {
            store.make("/v1/jobs", "{\"type\":\"import\",\"input\":{}}");
        }
        store.pass(Duration.ZERO);

        assertThat(handled).hasSize(JOBS).doesNotHaveDuplicates();
        assertThat(store.text("/v1/jobs?status=succeeded&limit=100").split("\"id\":\"job_", -1))
                .hasSize(JOBS + 1);
        assertThat(host.rateLimit().call().remaining()).isEqualTo(60 - JOBS - 1);
    }

    @Test
    void lease_waits_getsTheJobThatComes() throws Exception {
        CompletableFuture<List<LeasedJob>> waiting = host.leases()
                .take(LeaseRequest.of("elsewhere").awaiting(Duration.ofSeconds(30)))
                .submit();

        String job = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");

        assertThat(waiting.get(60, TimeUnit.SECONDS))
                .extracting(leased -> leased.job().id())
                .containsExactly(job);
    }

    @Test
    void operation_callsInTheWorkspaceOfItsCaller() {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        RateLimit before = host.rateLimit().call();

        String copy = store.call("POST", "/v1/resources/" + resource + "/operations/copy")
                .text()
                .replaceFirst(".*(res_\\w+).*", "$1");

        assertThat(host.resources().get(copy).call().name()).isEqualTo("copy");
        assertThat(host.rateLimit().call().remaining()).isEqualTo(before.remaining() - 1);
    }

    @Test
    void listener_callsInTheWorkspaceOfItsEvent() throws InterruptedException {
        store.make("/v1/events", "{\"type\":\"audit.wanted\",\"data\":{\"n\":1}}");

        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(host.events().where("type", "audit.done").call().data()).hasSize(1);
        assertThat(host.rateLimit().call().remaining()).isEqualTo(59);
    }

    @Test
    void client_ofTheHost_isNotStoppedByAnExhaustedLimitAndLeavesItAsItIs() {
        for (int i = 0; i < 60; i++) {
            store.status("/v1/workspace");
        }
        assertThat(store.status("/v1/workspace")).isEqualTo(429);

        for (int i = 0; i < 100; i++) {
            assertThat(host.workspace().call().id()).isEqualTo(workspace);
        }

        assertThat(store.status("/v1/workspace")).isEqualTo(429);
    }

    @Test
    void client_ofTheHost_hasAllScopesAndTheBoundsOfThePlan() {
        String key = host.keys()
                .create(NewKey.of("made by the host").withScopes(Scope.JOBS_READ))
                .call()
                .id();
        assertThat(host.keys().revoke(key).call().status()).isEqualTo(KeyStatus.REVOKED);
        store.engine().admin().changePlan(workspace, "two").call();
        host.resources().create("one").call();
        host.resources().create("two").call();

        assertThatThrownBy(() -> host.resources().create("three").call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("plan_limit_reached"));
    }

    @Test
    void idempotencyKeys_areThoseOfTheWorkspace() {
        Resource made = host.resources().create("r").idempotencyKey("k").call();

        assertThat(store.keyed("k", "POST", "/v1/resources", "{\"name\":\"r\"}").header("Idempotent-Replayed"))
                .isEqualTo("true");
        assertThat(host.resources().create("r").idempotencyKey("k").call()).isEqualTo(made);
        assertThatThrownBy(
                        () -> host.resources().create("s").idempotencyKey("k").call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("idempotency_key_reused"));
    }

    @Test
    void requestLog_tellsTheHostsCallsFromThoseOfKeys() {
        host.resources().create("r").call();
        store.status("/v1/workspace");

        List<LoggedRequest> log = host.requests().call().data();
        assertThat(log).hasSize(2);
        assertThat(log.get(0).byHost()).isFalse();
        assertThat(log.get(0).keyId()).isPresent();
        assertThat(log.get(1).byHost()).isTrue();
        assertThat(log.get(1).keyId()).isEmpty();
        assertThat(store.text("/v1/requests/" + log.get(1).id()))
                .contains("\"caller\":\"host\"")
                .doesNotContain("keyId");
        assertThat(store.text("/v1/requests/" + log.get(0).id()))
                .contains("keyId")
                .doesNotContain("caller");
    }

    @Test
    void client_ofWhatIsNoWorkspace_isRefusedAtItsCalls() {
        for (String id : List.of("ws_00000000000000000000000000", "acme", "")) {
            assertThatThrownBy(() -> store.engine().workspace(id).workspace().call())
                    .isInstanceOfSatisfying(
                            PlinthException.class,
                            refused -> assertThat(refused.code()).isEqualTo("not_found"))
                    .hasMessageContaining("No such workspace");
        }
    }

    @Test
    void client_ofASuspendedWorkspace_isRefusedUntilItIsActivated() {
        store.engine().admin().suspend(workspace).call();
        assertThatThrownBy(() -> host.resources().create("r").call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("workspace_suspended"));

        store.engine().admin().activate(workspace).call();
        assertThat(host.resources().create("r").call().name()).isEqualTo("r");
    }

    @Test
    void client_ofADeletedWorkspace_isRefusedAndLeavesNoTrace() {
        store.engine().admin().deleteWorkspace(workspace).call();

        assertThatThrownBy(() -> host.resources().create("r").call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("not_found"));
        assertThat(store.engine().requestLog().workspaces()).isZero();
    }

    @Test
    void waitForAJob_workspaceSuspendedMeanwhile_isNotShownItsEnd() {
        String job = host.startJob("held", Json.EMPTY_OBJECT).call().jobId();
        CompletableFuture<Job> waiting = host.job(job, Duration.ofSeconds(30)).submit();
        await(inHandler);
        store.engine().admin().suspend(workspace).call();
        goOn.countDown();

        assertRefused(waiting, "workspace_suspended");
        store.engine().admin().activate(workspace).call();
        assertThat(host.job(job).call().status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void lease_workspaceSuspendedWhileItWaits_isRefusedAndTheJobStaysQueued() {
        String runAt = Times.text(store.clock.epochMillis() + 60_000);
        String job = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{},\"runAt\":\"" + runAt + "\"}");
        CompletableFuture<List<LeasedJob>> waiting = lease(30);
        store.engine().admin().suspend(workspace).call();
        store.pass(Duration.ofSeconds(61));

        assertRefused(waiting, "workspace_suspended");
        store.engine().admin().activate(workspace).call();
        assertThat(host.job(job).call().status()).isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void lease_workspaceDeletedWhileItWaits_isNotFoundAndLeavesNoTrace() {
        CompletableFuture<List<LeasedJob>> waiting = lease(1);
        store.engine().admin().deleteWorkspace(workspace).call();

        assertRefused(waiting, "not_found");
        assertThat(store.engine().requestLog().workspaces()).isZero();
    }

    @Test
    void operation_workspaceDeletedWhileItRuns_isNotFoundAndLeavesNoTrace() {
        String resource = host.resources().create("r").call().id();
        CompletableFuture<Json> running =
                host.resources().run(resource, "slow", Json.EMPTY_OBJECT).submit();
        await(inHandler);
        store.engine().admin().deleteWorkspace(workspace).call();
        goOn.countDown();

        assertRefused(running, "not_found");
        assertThat(store.engine().requestLog().workspaces()).isZero();
    }

    private CompletableFuture<List<LeasedJob>> lease(int waitSeconds) {
        CompletableFuture<List<LeasedJob>> waiting = host.leases()
                .take(LeaseRequest.of("elsewhere").awaiting(Duration.ofSeconds(waitSeconds)))
                .submit();
        assertThat(waiting).isNotDone();
        return waiting;
    }

    private static void assertRefused(CompletableFuture<?> call, String code) {
        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private void held() {
        inHandler.countDown();
        await(goOn);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** No header makes a call over the wire one of the host's. */
    @Test
    void wire_knowsNoHost() {
        for (String authorization : List.of("Bearer host", "Host " + workspace, "Bearer " + workspace)) {
            assertThat(store.engine()
                            .call(Call.of("GET", "/v1/workspace").withHeader("Authorization", authorization))
                            .status())
                    .isEqualTo(401);
        }
    }
}
