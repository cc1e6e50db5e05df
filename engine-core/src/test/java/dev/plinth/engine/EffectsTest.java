package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.internal.base.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that effects happen in one record with the outcome of the code that recorded them, or not at all. */
@Timeout(120)
final class EffectsTest {
    private static final String NOWHERE = "res_00000000000000000000000000";
    private static final ResourceChange PATCH = ResourceChange.NONE.withName("patched");

    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch heard = new CountDownLatch(1);
    private volatile Consumer<Effects> work = effects -> {};
    private final TestEngine store = TestEngine.open(builder -> builder.operation("do", operation -> {
                run(operation.effects());
                return OperationResult.of(Json.of("{\"done\":true}"));
            })
            .jobHandler("do", job -> {
                run(job.effects());
                return Json.of("{\"done\":true}");
            })
            .jobHandler("stale", EffectsTest::changeWhatWasRead)
            .listener("l", (context, event) -> {
                if (event.type().equals("it.happened")) {
                    run(context.effects());
                } else if (event.type().equals("it.followed")) {
                    heard.countDown();
                }
            }));
    private String resource = "";

    @BeforeEach
    void create() {
        resource = store.make("/v1/resources", "{\"name\":\"first\"}");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void run(Effects effects) {
        runs.incrementAndGet();
        work.accept(effects);
    }

    /** Changes the resource in the first attempt, after it was read. */
    private static Json changeWhatWasRead(JobContext job) {
        String id = (String) Objects.requireNonNull(job.input().asMap().get("id"));
        long version = job.workspace().resources().get(id).call().version();
        if (job.attempt() == 1) {
            job.workspace()
                    .resources()
                    .update(id, ResourceChange.NONE.withName("other"))
                    .call();
        }
        job.effects().require(id, version);
        job.effects().patch(id, PATCH);
        return Json.EMPTY_OBJECT;
    }

    private Reply operate() {
        return store.call("POST", "/v1/resources/" + resource + "/operations/do", "{}");
    }

    private PlinthClient client() {
        return store.engine().client(store.key());
    }

    private Job runJob(String type, String input) {
        String id = store.make("/v1/jobs", "{\"type\":\"" + type + "\",\"input\":" + input + "}");
        store.pass(Duration.ZERO);
        return client().job(id).call();
    }

    private int eventsOf(String type) {
        return client().events().where("type", type).call().data().size();
    }

    @Test
    void operation_namesWhatItMakes_allOfItIsThere() {
        List<String> made = new CopyOnWriteArrayList<>();
        work = effects -> {
            String invoice = effects.create(NewResource.of("invoice"));
            String line = effects.createChild(invoice, NewResource.of("line"));
            effects.patch(invoice, ResourceChange.NONE.withMetadata(Map.of("state", "open")));
            effects.patchChild(invoice, line, PATCH);
            effects.publish(
                    NewEvent.of("invoice.made", Json.of(Map.of("id", invoice))).about(invoice));
            made.addAll(List.of(invoice, line, effects.startJob("send", Json.of(Map.of("invoice", invoice)))));
        };

        assertThat(operate().text()).isEqualTo("{\"done\":true}");

        Resource invoice = client().resources().get(made.get(0)).call();
        assertThat(invoice.version()).isEqualTo(2);
        assertThat(invoice.metadata()).containsEntry("state", "open");
        assertThat(client().children(made.get(0)).get(made.get(1)).call().name())
                .isEqualTo("patched");
        assertThat(client().job(made.get(2)).call().type()).isEqualTo("send");
        assertThat(eventsOf("invoice.made")).isOne();
    }

    @Test
    void operation_movesAndDeletes_inTheOrderOfItsEffects() {
        String other = store.make("/v1/resources", "{\"name\":\"other\"}");
        String job = store.make("/v1/jobs", "{\"type\":\"waits\",\"input\":{}}");
        work = effects -> {
            effects.pause(other);
            effects.resume(other);
            effects.archive(other);
            effects.unarchive(other);
            effects.archive(other);
            effects.delete(other);
            effects.cancelJob(job);
        };

        assertThat(operate().status()).isEqualTo(200);

        assertThat(store.status("/v1/resources/" + other)).isEqualTo(404);
        assertThat(client().job(job).call().status()).isEqualTo(JobStatus.CANCELED);
    }

    @Test
    void operation_oneEffectRefused_nothingHappens() {
        work = effects -> {
            String made = effects.create(NewResource.of("r"));
            effects.publish(NewEvent.of("it.was", Json.EMPTY_OBJECT).about(made));
            effects.archive(NOWHERE);
        };

        assertThat(operate().status()).isEqualTo(404);

        assertThat(store.rows("resources")).isOne();
        assertThat(eventsOf("it.was")).isZero();
    }

    @Test
    void operation_contentThatBreaksRules_isRefusedWithAllErrors() {
        work = effects -> {
            String made = effects.create(NewResource.of("r"));
            effects.createChild(made, NewResource.of(""));
        };

        Reply refused = operate();

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text()).contains("\"/name\"");
        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void operation_codeThrowsHalfWay_nothingHappens() {
        work = effects -> {
            String unused = effects.create(NewResource.of("r"));
            throw new IllegalStateException("It fails, as it should");
        };

        assertThat(operate().status()).isEqualTo(500);

        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void operation_brokenPrecondition_nothingHappens() {
        work = effects -> {
            effects.patch(resource, PATCH);
            effects.require(resource, 2);
        };

        assertThat(operate().text()).contains("precondition_failed", "must have the version 2, got 1");
        assertThat(client().resources().get(resource).call().version()).isOne();
    }

    @Test
    void operation_underAKey_isReplayedWithoutItsEffects() {
        work = effects -> effects.publish("it.was", Json.EMPTY_OBJECT);
        String path = "/v1/resources/" + resource + "/operations/do";

        assertThat(store.keyed("k", "POST", path, "{}").status()).isEqualTo(200);
        assertThat(store.keyed("k", "POST", path, "{}").header("Idempotent-Replayed"))
                .isEqualTo("true");

        assertThat(runs).hasValue(1);
        assertThat(eventsOf("it.was")).isOne();
    }

    @Test
    void effects_beyondARecord_areRefusedAndNothingHappens() {
        work = this::makeTooMuch;

        Reply refused = operate();

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text())
                .contains("more than one record of " + Limits.RECORD_BYTES_MAX + " bytes", "nothing was changed");
        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void effects_tooMany_areRefusedWhileTheyAreRecorded() {
        List<String> told = new CopyOnWriteArrayList<>();
        work = effects -> {
            try {
                for (int i = 0; i <= Limits.EFFECTS_MAX; i++) {
                    effects.publish("it.was", Json.EMPTY_OBJECT);
                }
            } catch (IllegalStateException refused) {
                told.add(String.valueOf(refused.getMessage()));
                throw refused;
            }
        };

        assertThat(operate().status()).isEqualTo(500);
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).startsWith("At most " + Limits.EFFECTS_MAX + " effects");
        assertThat(eventsOf("it.was")).isZero();
    }

    @Test
    void effects_afterTheEndOfTheirCode_cannotBeRecorded() {
        List<Effects> kept = new CopyOnWriteArrayList<>();
        work = kept::add;

        assertThat(operate().status()).isEqualTo(200);

        assertThatThrownBy(() -> kept.get(0).archive(resource))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
    }

    @Test
    void effects_eventOfAReservedType_areRefusedWhileTheyAreRecorded() {
        List<String> told = new CopyOnWriteArrayList<>();
        work = effects -> {
            try {
                effects.publish("resource.created", Json.EMPTY_OBJECT);
            } catch (IllegalArgumentException refused) {
                told.add(String.valueOf(refused.getMessage()));
            }
        };

        assertThat(operate().status()).isEqualTo(200);
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("/type");
    }

    @Test
    void job_withEffects_succeedsTogetherWithThem() {
        work = effects -> effects.patch(resource, PATCH);

        Job job = runJob("do", "{}");

        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.result()).contains(Json.of("{\"done\":true}"));
        assertThat(client().resources().get(resource).call().name()).isEqualTo("patched");
        assertThat(eventsOf("job.succeeded")).isOne();
    }

    @Test
    void job_oneEffectRefused_failsAndNothingHappens() {
        work = effects -> {
            String unused = effects.create(NewResource.of("r"));
            effects.archive(NOWHERE);
        };

        Job job = runJob("do", "{}");

        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.error().map(Json::toString).orElse("")).contains("not_found", "An effect of the handler");
        assertThat(store.rows("resources")).isOne();
        assertThat(eventsOf("job.succeeded")).isZero();
    }

    @Test
    void job_effectsBeyondARecord_failsAndNothingHappens() {
        work = this::makeTooMuch;

        Job job = runJob("do", "{}");

        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.error().map(Json::toString).orElse("")).contains("validation_failed", "more than one record");
        assertThat(store.rows("resources")).isOne();
    }

    private void makeTooMuch(Effects effects) {
        Json data = Json.of(Map.of("text", "x".repeat(60_000)));
        for (int i = 0; i < 80; i++) {
            String unused = effects.create(NewResource.of("r" + i).withData(data));
        }
    }

    @Test
    void job_effectsInAnotherWorkspace_failAndNothingHappensThere() {
        String own = store.key();
        store.use(store.newKey(store.newWorkspace("other")));
        String foreign = store.make("/v1/resources", "{\"name\":\"foreign\"}");
        store.use(own);
        work = effects -> effects.patch(foreign, PATCH);

        Job job = runJob("do", "{}");

        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.error().map(Json::toString).orElse("")).contains("not_found");
    }

    @Test
    void job_handlerThrowsHalfWay_hasItsEffectsOnce() {
        work = effects -> {
            String unused = effects.create(NewResource.of("r"));
            if (runs.get() == 1) {
                throw new IllegalStateException("It fails, as it should");
            }
        };
        Job first = runJob("do", "{}");
        assertThat(store.rows("resources")).isOne();

        store.pass(Duration.ofHours(1));

        assertThat(client().job(first.id()).call().status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(runs).hasValue(2);
        assertThat(store.rows("resources")).isEqualTo(2);
    }

    @Test
    void job_whatItReadHasChanged_runsAgain() {
        Job first = runJob("stale", "{\"id\":\"" + resource + "\"}");
        assertThat(client().resources().get(resource).call().name()).isEqualTo("other");

        store.pass(Duration.ofHours(1));

        assertThat(client().job(first.id()).call().status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(client().resources().get(resource).call().name()).isEqualTo("patched");
    }

    @Test
    void listener_withEffects_hasThemOnce() throws InterruptedException {
        work = effects ->
                effects.publish(NewEvent.of("it.followed", Json.EMPTY_OBJECT).about(resource));

        store.make("/v1/events", "{\"type\":\"it.happened\",\"data\":{}}");

        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(eventsOf("it.followed")).isOne();
        assertThat(runs).hasValue(1);
    }

    @Test
    void listener_effectRefused_getsTheEventAgain() throws InterruptedException {
        work = effects -> {
            effects.publish("it.followed", Json.EMPTY_OBJECT);
            if (runs.get() == 1) {
                effects.archive(NOWHERE);
            }
        };

        store.make("/v1/events", "{\"type\":\"it.happened\",\"data\":{}}");

        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(eventsOf("it.followed")).isOne();
        assertThat(runs).hasValue(2);
    }

    @Test
    void listener_throwsHalfWay_hasItsEffectsOnce() throws InterruptedException {
        work = effects -> {
            effects.publish("it.followed", Json.EMPTY_OBJECT);
            if (runs.get() == 1) {
                throw new IllegalStateException("It fails, as it should");
            }
        };

        store.make("/v1/events", "{\"type\":\"it.happened\",\"data\":{}}");

        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(eventsOf("it.followed")).isOne();
        assertThat(runs).hasValue(2);
    }

    @Test
    void operation_effectsInAnotherWorkspace_areRefusedAndNothingHappens() {
        String own = store.key();
        store.use(store.newKey(store.newWorkspace("other")));
        String foreign = store.make("/v1/resources", "{\"name\":\"foreign\"}");
        store.use(own);
        work = effects -> {
            String unused = effects.create(NewResource.of("own"));
            effects.patch(foreign, PATCH);
        };

        Reply reply = store.call("POST", "/v1/resources/" + resource + "/operations/do", "{\"input\":{}}");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text()).doesNotContain(foreign);
        assertThat(store.rows("resources")).isEqualTo(2);
    }

    @Test
    void listener_effectRefusedAgainAndAgain_letsTheNextEventsPass() throws InterruptedException {
        work = effects -> {
            effects.publish("it.followed", Json.EMPTY_OBJECT);
            if (runs.get() <= Limits.LISTENER_EFFECT_TRIES_MAX) {
                effects.archive(NOWHERE);
            }
        };

        try (CapturedLog log = CapturedLog.open()) {
            store.make("/v1/events", "{\"type\":\"it.happened\",\"data\":{}}");
            store.make("/v1/events", "{\"type\":\"it.happened\",\"data\":{}}");

            assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(log.lines()).anyMatch(line -> line.contains("are dropped after 5 tries"));
        }
        assertThat(eventsOf("it.followed")).isOne();
        assertThat(runs).hasValue(Limits.LISTENER_EFFECT_TRIES_MAX + 1);
    }

    @Test
    void job_effectRefusedByTheStateOfARow_runsAgain() {
        work = effects -> {
            if (runs.get() == 1) {
                client().resources().archive(resource).call();
            }
            effects.patch(resource, PATCH);
        };

        Job first = runJob("do", "{}");
        assertThat(first.status()).isEqualTo(JobStatus.SCHEDULED);
        client().resources().unarchive(resource).call();
        store.pass(Duration.ofHours(1));

        assertThat(client().job(first.id()).call().status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(client().resources().get(resource).call().name()).isEqualTo("patched");
    }
}
