package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.client.Invocation;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobHandler;
import dev.plinth.engine.handler.OperationHandler;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests what a builder refuses at the call that is wrong, and what of two settings counts. */
final class EngineBuilderTest {
    private static final OperationHandler OPERATION = operation -> OperationResult.of(Json.EMPTY_OBJECT);
    private static final JobHandler JOB = job -> Json.EMPTY_OBJECT;

    @Test
    void register_nameThatIsTaken_isRefused() {
        List<UnaryOperator<EngineBuilder>> registrations = List.of(
                builder -> builder.operation("twice", OPERATION),
                builder -> builder.asyncOperation("twice", JOB),
                builder -> builder.jobHandler("twice", JOB),
                builder -> builder.listener("twice", (workspace, event) -> {}),
                builder -> builder.resourceType("twice", Json.EMPTY_OBJECT),
                builder -> builder.childType("twice", Json.EMPTY_OBJECT),
                builder -> builder.plan(Plan.perMinute("twice", 60)));
        for (UnaryOperator<EngineBuilder> registration : registrations) {
            assertTaken(registration, registration);
        }
        UnaryOperator<EngineBuilder> operation = registrations.get(0);
        UnaryOperator<EngineBuilder> asyncOperation = registrations.get(1);
        UnaryOperator<EngineBuilder> jobHandler = registrations.get(2);
        assertTaken(operation, asyncOperation);
        assertTaken(asyncOperation, operation);
        assertTaken(asyncOperation, jobHandler);
        assertTaken(jobHandler, asyncOperation);
        operation.andThen(jobHandler).apply(Engine.builder()).open().close();
    }

    @Test
    void asyncOperation_withoutAHandler_startsAJobThatAWorkerLeases() {
        try (Engine engine = Engine.builder().asyncOperation("export").open()) {
            String workspace = engine.admin().createWorkspace("w", "pro").call().id();
            PlinthClient client = engine.workspace(workspace);
            String resource = client.resources().create("r").call().id();

            String job = client.resources()
                    .start(resource, "export", Json.EMPTY_OBJECT)
                    .call()
                    .jobId();

            assertThat(client.leases().take("export").call())
                    .singleElement()
                    .satisfies(leased -> assertThat(leased.job().id()).isEqualTo(job));
        }
        assertThatThrownBy(() -> Engine.builder().asyncOperation("a").asyncOperation("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The operation \"a\" is registered already.");
    }

    @Test
    void plan_inThePlaceOfOneOfThem_isTakenOnce() {
        Engine.builder().plan(Plan.perMinute("pro", 60)).open().close();
    }

    @Test
    @SuppressWarnings("NullAway") // what a host without a null checker may do
    void setting_null_isRefusedAtOnce() {
        List<UnaryOperator<EngineBuilder>> settings = List.of(
                builder -> builder.plan(null),
                builder -> builder.tables(null),
                builder -> builder.directory(null),
                builder -> builder.quickRestart(null),
                builder -> builder.secretKeyFile(null),
                builder -> builder.configReload(null),
                builder -> builder.adminToken(null),
                builder -> builder.webhookAllow(null),
                builder -> builder.webhookHostRate(null, 1),
                builder -> builder.clock(null),
                builder -> builder.testClock(null),
                builder -> builder.ids(null),
                builder -> builder.durability(null),
                builder -> builder.operation("a", null),
                builder -> builder.asyncOperation("a", null),
                builder -> builder.jobHandler("a", null),
                builder -> builder.listener("a", null));
        for (UnaryOperator<EngineBuilder> setting : settings) {
            assertThatThrownBy(() -> setting.apply(Engine.builder()))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining(" must not be null");
        }
    }

    @Test
    void adminToken_ofLessThan20Characters_isRefusedWithItsLength() {
        assertThatThrownBy(() -> Engine.builder().adminToken("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 20 characters, got 1");
        assertThatThrownBy(() -> Engine.builder().adminToken("a-token-of-19-chars"))
                .hasMessageContaining("got 19")
                .hasMessageNotContaining("a-token");

        assertThat(Engine.builder().adminToken("a-token-of-20-chars.")).isNotNull();
    }

    @Test
    void clock_afterTestClock_isNotTurnedOverTheWire() {
        ManualClock turned = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        ManualClock other = ManualClock.startingAt(Instant.parse("2026-02-01T00:00:00Z"));
        Call clock = Call.of("GET", "/admin/v1/clock").withKey("token-of-the-operator");
        try (Engine engine = Engine.builder()
                .adminToken("token-of-the-operator")
                .testClock(turned)
                .clock(other)
                .open()) {
            assertThat(engine.call(clock).status()).isEqualTo(404);
        }
        try (Engine engine = Engine.builder()
                .adminToken("token-of-the-operator")
                .clock(other)
                .testClock(turned)
                .open()) {
            assertThat(engine.call(clock).text()).contains("2026-01-01T00:00:00.000Z");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // what a host without a null checker may do
    void idempotencyKey_null_isRefused() {
        try (Engine engine = Engine.inMemory()) {
            Invocation<?> invocation = engine.admin().createWorkspace("acme", "pro");
            assertThatThrownBy(() -> invocation.idempotencyKey(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("key must not be null; leave it out for a call without one.");
            assertThatThrownBy(() -> engine.client(null)).hasMessage("apiKey must not be null.");
        }
    }

    @Test
    void role_closedEngine_isStopped() {
        Engine engine = Engine.inMemory();
        engine.close();

        assertThat(engine.role()).isEqualTo(NodeRole.STOPPED);
    }

    @Test
    void progress_messageOfTheMostCodePoints_isTakenAndALongerOneIsRefused() {
        String longest = "\uD83D\uDE00".repeat(255);
        try (TestEngine store = TestEngine.open(builder -> builder.jobHandler("fits", job -> {
                    job.progress(1, 2, longest);
                    return Json.EMPTY_OBJECT;
                })
                .jobHandler("tooLong", job -> {
                    try {
                        job.progress(1, 2, longest + "!");
                        return Json.EMPTY_OBJECT;
                    } catch (IllegalArgumentException refused) {
                        return Json.of(Map.of("refused", String.valueOf(refused.getMessage())));
                    }
                }))) {
            PlinthClient client = store.engine().client(store.key());
            Job fits = ended(client, "fits");

            assertThat(fits.progress()).get().asString().contains(longest);
            assertThat(fits.result()).isPresent();
            assertThat(ended(client, "tooLong").result())
                    .get()
                    .asString()
                    .contains("at most 255 characters; got 1, 2 and 256 characters");
        }
    }

    private static Job ended(PlinthClient client, String type) {
        String job = client.startJob(NewJob.of(type).withMaxAttempts(1)).call().jobId();
        return client.job(job, Duration.ofSeconds(30)).call();
    }

    private static void assertTaken(UnaryOperator<EngineBuilder> first, UnaryOperator<EngineBuilder> second) {
        EngineBuilder builder = first.apply(Engine.builder());
        assertThatThrownBy(() -> second.apply(builder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(" \"twice\" is registered already. Choose another name.");
    }
}
