package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.DeliveryStatus;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.DeliveryStepsInside;
import dev.plinth.engine.settings.RetentionTimes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request sends again the events that a receiver missed while it was down: all of it, and nothing else. */
@Tag("portable")
@Timeout(600)
final class RecoverDeliveriesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MORE_THAN_A_STEP = 450;

    @TempDir
    private Path directory;

    private TestEngine store = TestEngine.inMemory();
    private String endpoint = endpoint();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void recover_exhausted_isSentAgainOnce() {
        exhaust(3);

        Job job = recover(START);

        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.type()).isEqualTo("webhooks.recover");
        assertThat(job.result()).contains(Json.of("{\"resent\":3}"));
        assertThat(deliveries()).hasSize(3).allSatisfy(delivery -> {
            assertThat(delivery.status()).isEqualTo(DeliveryStatus.DELIVERED);
            assertThat(delivery.attempts()).hasSize(11);
            assertThat(delivery.attempts().get(10).trigger()).isEqualTo(Delivery.Trigger.MANUAL);
        });
        assertThat(recover(START).result()).contains(Json.of("{\"resent\":0}"));
    }

    @Test
    void recover_exhaustedBeforeSince_isLeft() {
        exhaust(2);
        Instant since = Instant.ofEpochMilli(store.clock.epochMillis());
        exhaust(2);

        Job job = recover(since);

        assertThat(job.result()).contains(Json.of("{\"resent\":2}"));
        assertThat(deliveries())
                .extracting(Delivery::status)
                .as("newest first")
                .containsExactly(
                        DeliveryStatus.DELIVERED,
                        DeliveryStatus.DELIVERED,
                        DeliveryStatus.EXHAUSTED,
                        DeliveryStatus.EXHAUSTED);
    }

    /** The sweep would drop it before its attempt. */
    @Test
    void recover_olderThanDeliveriesAreKept_isLeft() {
        store.close();
        Duration deliveries = Duration.ofDays(7);
        store = TestEngine.open(
                builder -> builder.retention(RetentionTimes.DEFAULT.withEvents(Duration.ofDays(30), deliveries)));
        endpoint = endpoint();
        exhaust(1);
        store.pass(deliveries.minus(Duration.ofDays(4)));

        assertThat(recover(START).result()).contains(Json.of("{\"resent\":0}"));
        assertThat(deliveries()).extracting(Delivery::status).containsExactly(DeliveryStatus.EXHAUSTED);
    }

    @Test
    void recover_whatIsNotExhausted_isLeft() {
        publish();
        store.pass(Duration.ZERO);
        store.answerWith(number -> 500);
        publish();
        store.pass(Duration.ZERO);
        assertThat(deliveries())
                .extracting(Delivery::status)
                .containsExactly(DeliveryStatus.RETRYING, DeliveryStatus.DELIVERED);

        Job job = recover(START);

        assertThat(job.result()).contains(Json.of("{\"resent\":0}"));
        assertThat(deliveries())
                .extracting(delivery -> delivery.attempts().size())
                .containsExactly(1, 1);
    }

    @Test
    void recover_ofOneEndpoint_leavesTheOther() {
        String other = endpoint();
        exhaust(1);

        assertThat(recover(START).result()).contains(Json.of("{\"resent\":1}"));

        assertThat(deliveries()).extracting(Delivery::status).containsExactly(DeliveryStatus.DELIVERED);
        endpoint = other;
        assertThat(deliveries()).extracting(Delivery::status).containsExactly(DeliveryStatus.EXHAUSTED);
    }

    @Test
    void recover_receiverStillDown_isOneMoreAttemptEach() {
        exhaust(2);
        store.answerWith(number -> 500);

        assertThat(recover(START).result()).contains(Json.of("{\"resent\":2}"));

        assertThat(deliveries()).allSatisfy(delivery -> {
            assertThat(delivery.status()).isEqualTo(DeliveryStatus.EXHAUSTED);
            assertThat(delivery.attempts()).hasSize(11);
            assertThat(delivery.nextAttemptAt()).isEmpty();
        });
    }

    @Test
    void recover_moreThanAStep_isSentAgainWhole() {
        exhaust(MORE_THAN_A_STEP);

        Job job = recover(START);

        assertThat(job.result()).contains(Json.of("{\"resent\":" + MORE_THAN_A_STEP + "}"));
        assertThat(deliveries())
                .hasSize(MORE_THAN_A_STEP)
                .allMatch(delivery -> delivery.status() == DeliveryStatus.DELIVERED);
    }

    @Test
    void recover_askedTwiceAtOnce_sendsOnce() {
        exhaust(MORE_THAN_A_STEP);

        AcceptedJob first = ask(START);
        AcceptedJob second = ask(START);

        long resent = resent(first) + resent(second);
        store.pass(Duration.ZERO);
        assertThat(deliveries()).allMatch(delivery -> delivery.status() == DeliveryStatus.DELIVERED);
        long manual = deliveries().stream()
                .flatMap(delivery -> delivery.attempts().stream())
                .filter(attempt -> attempt.trigger() == Delivery.Trigger.MANUAL)
                .count();
        assertThat(manual).isEqualTo(MORE_THAN_A_STEP).isEqualTo(resent);
    }

    @Test
    void recover_ofOneResource_arrivesInOrderAndBeforeWhatCameLater() {
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"resource.*\"]}");
        store.pass(Duration.ZERO);
        store.answerWith(number -> 500);
        String resource = store.make("/v1/resources", "{\"name\":\"n0\"}");
        IntStream.range(1, 6)
                .forEach(i -> store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"n" + i + "\"}"));
        store.days(5);
        List<String> arrived = Collections.synchronizedList(new ArrayList<>());
        store.answerWith(number -> 200);
        store.hear(arrived::add);

        Job job = recover(START);

        assertThat(job.result()).contains(Json.of("{\"resent\":6}"));
        assertThat(arrived).hasSize(6);
        for (int i = 0; i < arrived.size(); i++) {
            assertThat(arrived.get(i)).contains("\"name\":\"n" + i + "\"");
        }
    }

    /** A delivery that is still being tried waits for those recovered before it, also when its time comes meanwhile. */
    @Test
    void recover_besideALaterOneThatIsStillTried_comesFirst() throws Exception {
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"resource.*\"]}");
        store.pass(Duration.ZERO);
        store.answerWith(number -> 500);
        String resource = store.make("/v1/resources", "{\"name\":\"n0\"}");
        rename(resource, "n1");
        rename(resource, "n2");
        store.days(5);
        store.answerWith(number -> 200);
        rename(resource, "delivered between");
        store.pass(Duration.ZERO);
        store.answerWith(number -> 500);
        rename(resource, "n3");
        store.pass(Duration.ZERO);
        List<String> arrived = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        store.hear(arrived::add);
        store.answerWith(number -> {
            first.countDown();
            await(mayAnswer);
            return 200;
        });
        wait(ask(START));
        first.await();

        attemptNewest();
        String parked = newest();
        mayAnswer.countDown();
        assertThat(parked).contains("\"status\":\"retrying\"").doesNotContain("nextAttemptAt", "\"number\":2");
        store.pass(Duration.ZERO);

        assertThat(arrived).hasSize(4);
        for (int i = 0; i < arrived.size(); i++) {
            assertThat(arrived.get(i)).contains("\"name\":\"n" + i + "\"");
        }
    }

    /** Does what the sender does when the newest delivery of the endpoint is due. */
    private void attemptNewest() {
        Store rows = store.engine().store();
        SetKey all = SetKey.of(SetKinds.DELIVERIES, Objects.requireNonNull(Id.parse(IdKind.ENDPOINT, endpoint)));
        byte[] row = Objects.requireNonNull(rows.readToAnswer(view -> view.at(view.floor(all, Long.MAX_VALUE))));
        RandomIds ids = new RandomIds();
        Outcome parked = new Commits(rows, ids, new SecretCipher(new byte[32], ids))
                .commit(Caller.OPERATOR, DeliveryStepsInside.park(row));
        assertThat(parked).isInstanceOf(Outcome.Done.class);
    }

    private String newest() {
        return store.text("/v1/webhook-endpoints/" + endpoint + "/deliveries?limit=1");
    }

    private void rename(String resource, String name) {
        store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"" + name + "\"}");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be let go on, but the wait was interrupted", e);
        }
    }

    @Test
    void recover_endpointDisabled_isHeldUntilItIsEnabled() {
        exhaust(3);
        int before = store.received();
        String path = "/v1/webhook-endpoints/" + endpoint;
        store.call("PATCH", path, "{\"status\":\"disabled\"}");

        assertThat(recover(START).result()).contains(Json.of("{\"resent\":3}"));

        assertThat(store.received()).isEqualTo(before);
        assertThat(deliveries()).allMatch(delivery -> delivery.status() == DeliveryStatus.HELD);
        store.call("PATCH", path, "{\"status\":\"enabled\"}");
        store.pass(Duration.ZERO);
        assertThat(deliveries()).hasSize(3).allMatch(delivery -> delivery.status() == DeliveryStatus.DELIVERED);
    }

    @Test
    void recover_receiverSays410_stopsAndHoldsTheRest() {
        exhaust(MORE_THAN_A_STEP);
        int before = store.received();
        store.answerWith(number -> 410);

        recover(START);

        assertThat(store.received() - before).as("those under way at once").isLessThanOrEqualTo(64);
        assertThat(deliveries())
                .hasSize(MORE_THAN_A_STEP)
                .allMatch(delivery -> delivery.status() == DeliveryStatus.HELD);
    }

    @Test
    void recover_workspaceSuspended_isHeldUntilItIsActive() {
        exhaust(3);
        String workspace = client().workspace().call().id();
        AcceptedJob job = ask(START);
        wait(job);
        store.engine().admin().suspend(workspace).call();
        store.pass(Duration.ZERO);
        store.engine().admin().activate(workspace).call();
        store.pass(Duration.ZERO);

        assertThat(deliveries()).hasSize(3).allMatch(delivery -> delivery.status() == DeliveryStatus.DELIVERED);
    }

    @Test
    void recover_endpointDeleted_sendsNothing() {
        exhaust(3);
        int before = store.received();
        AcceptedJob job = ask(START);
        store.call("DELETE", "/v1/webhook-endpoints/" + endpoint);

        assertThat(wait(job).status()).isEqualTo(JobStatus.SUCCEEDED);
        store.pass(Duration.ZERO);

        assertThat(store.received() - before)
                .as("what was under way at the deletion")
                .isLessThanOrEqualTo(3);
        assertThat(ask404()).isEqualTo(404);
    }

    private int ask404() {
        return store.call(
                        "POST",
                        "/v1/webhook-endpoints/" + endpoint + "/recover",
                        "{\"since\":\"2026-01-01T00:00:00Z\"}")
                .status();
    }

    @Test
    void recover_eventNotKeptAnyMore_isLeft() {
        exhaust(1);
        store.days(28);

        assertThat(recover(START).result()).contains(Json.of("{\"resent\":0}"));

        assertThat(deliveries()).extracting(Delivery::status).containsExactly(DeliveryStatus.EXHAUSTED);
    }

    @Test
    void recover_engineClosedRightAfter_goesOnAfterTheRestart() {
        store.close();
        store = TestEngine.open(builder -> builder.directory(directory));
        endpoint = endpoint();
        exhaust(MORE_THAN_A_STEP);
        AcceptedJob job = ask(START);

        store.reopen();

        Job done = wait(job);
        assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(done.result()).contains(Json.of("{\"resent\":" + MORE_THAN_A_STEP + "}"));
        store.pass(Duration.ZERO);
        assertThat(deliveries())
                .hasSize(MORE_THAN_A_STEP)
                .allMatch(delivery -> delivery.status() == DeliveryStatus.DELIVERED);
    }

    @Test
    void recover_unknownEndpoint_is404() {
        String foreign = endpoint;
        store.use(store.newKey(store.newWorkspace("other")));

        for (String id : List.of(foreign, "we_00000000000000000000000000", "nonsense")) {
            Reply reply = store.call(
                    "POST", "/v1/webhook-endpoints/" + id + "/recover", "{\"since\":\"2026-01-01T00:00:00Z\"}");
            assertThat(reply.status()).as(id).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"since\":null}",
                "{\"since\":1767225600}",
                "{\"since\":\"yesterday\"}",
                "{\"since\":\"2026-01-01\"}",
                "{\"since\":\"2026-01-01T00:00:00Z\",\"to\":1}"
            })
    void recover_withoutATime_is422AndNamesTheMember(String body) {
        Reply reply = store.call("POST", "/v1/webhook-endpoints/" + endpoint + "/recover", body);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text()).containsAnyOf("\"pointer\":\"/since\"", "\"pointer\":\"/to\"");
    }

    @Test
    void jobs_ofTheEnginesTypes_areStartedRunAndHandledByNobodyElse() {
        for (String type : List.of("webhooks.recover", "resources.bulk")) {
            Reply started = store.call("POST", "/v1/jobs", "{\"type\":\"" + type + "\",\"input\":{}}");
            Reply leased = store.call("POST", "/v1/jobs/lease", "{\"types\":[\"" + type + "\"]}");

            assertThat(started.text()).contains("\"status\":422", "reserved");
            assertThat(leased.text()).contains("\"status\":422", "reserved");
            assertThatThrownBy(() -> Engine.builder().jobHandler(type, context -> null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(type);
        }
    }

    /** Makes an endpoint that is not told of the jobs that recover it. */
    private String endpoint() {
        String id = store.endpoint();
        store.call("PATCH", "/v1/webhook-endpoints/" + id, "{\"types\":[\"payment.*\"]}");
        store.pass(Duration.ZERO);
        return id;
    }

    /** Publishes events while the receiver is down until all their deliveries are exhausted; then it is up again. */
    private void exhaust(int events) {
        store.answerWith(number -> 500);
        IntStream.range(0, events).forEach(i -> publish());
        store.days(5);
        store.answerWith(number -> 200);
    }

    private void publish() {
        store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
    }

    private AcceptedJob ask(Instant since) {
        return client().webhooks().recover(endpoint, since).call();
    }

    private Job wait(AcceptedJob job) {
        return client().job(job.jobId(), Duration.ofSeconds(30)).call();
    }

    private long resent(AcceptedJob job) {
        Object resent = wait(job).result().orElseThrow().asMap().get("resent");
        return ((Number) resent).longValue();
    }

    /** The job at its end, when all that it asked for has been tried. */
    private Job recover(Instant since) {
        Job job = wait(ask(since));
        store.pass(Duration.ZERO);
        return job;
    }

    private PlinthClient client() {
        return store.engine().client(store.key());
    }

    /** The deliveries of payments, newest first. */
    private List<Delivery> deliveries() {
        List<Delivery> all = new ArrayList<>();
        Page<Delivery> page =
                client().webhooks().deliveries(endpoint).where("limit", "100").call();
        all.addAll(page.data());
        while (page.hasMore()) {
            page = client().webhooks()
                    .deliveries(endpoint)
                    .where("limit", "100")
                    .where("cursor", page.nextCursor().orElseThrow())
                    .call();
            all.addAll(page.data());
        }
        all.removeIf(delivery -> !delivery.eventType().startsWith("payment."));
        return all;
    }
}
