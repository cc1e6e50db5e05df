package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How deliveries are shown while they are sent, while they are held and once there is nowhere to send them (contract §9). */
@Timeout(60)
final class DeliveryStatesTest {
    private final TestEngine store = TestEngine.inMemory();
    private final String endpoint = store.endpoint();
    private final String deliveries = "/v1/webhook-endpoints/" + endpoint + "/deliveries";

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void list_delivering_findsThemBehindManyOthers() throws Exception {
        takePaymentsOnly();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        answerOnce(mayAnswer, asked);
        for (int i = 0; i < 30; i++) {
            publish();
        }
        asked.await();

        String delivering = store.text(deliveries + "?status=delivering&limit=1");
        mayAnswer.countDown();

        assertThat(delivering).contains("\"status\":\"delivering\"");
    }

    @Test
    void delivery_whileItIsSent_isDelivering() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        answerOnce(mayAnswer, asked);
        publish();
        asked.await();

        String delivering = store.text(deliveries + "?status=delivering");

        assertThat(delivering).contains("\"status\":\"delivering\"").doesNotContain("nextAttemptAt");
        assertThat(store.text(deliveries + "?status=pending")).contains("\"data\":[]");
        mayAnswer.countDown();
        store.pass(Duration.ZERO);
        assertThat(store.text(deliveries)).contains("\"status\":\"delivered\"");
        assertThat(store.text(deliveries + "?status=delivering")).contains("\"data\":[]");
    }

    @Test
    void delivery_whoseAttemptIsRecorded_isShownAsItsRowSays() {
        AtomicReference<CompletableFuture<Reply>> shown = new AtomicReference<>(new CompletableFuture<>());
        store.answerWith(number -> 500);
        store.engine().store().onCommitted((sequence, writes) -> {
            if (writes.stream().anyMatch(write -> write.table().name().equals("attempts"))) {
                shown.set(store.engine().submit(Call.of("GET", deliveries).withKey(store.key())));
            }
        });

        publish();
        store.pass(Duration.ZERO);

        assertThat(shown.get().join().text()).contains("\"status\":\"retrying\"", "nextAttemptAt", "\"number\":1");
    }

    @Test
    void delivery_heldAfterAnAttempt_hasNoNextAttemptUntilItIsReleased() {
        store.answerWith(number -> 500);
        publish();
        store.pass(Duration.ZERO);
        assertThat(store.text(deliveries)).contains("\"status\":\"retrying\"", "nextAttemptAt");

        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"status\":\"disabled\"}");

        assertThat(store.text(deliveries)).contains("\"status\":\"held\"").doesNotContain("nextAttemptAt");
    }

    @Test
    void gone_fromAUrlThatTheEndpointHasLeft_doesNotDisableIt() throws Exception {
        String path = "/v1/webhook-endpoints/" + endpoint;
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        store.answerWith(number -> {
            asked.countDown();
            await(mayAnswer);
            return 410;
        });
        publish();
        asked.await();
        String url = Json.of(store.text(path)).asMap().get("url").toString();

        assertThat(store.call("PATCH", path, "{\"url\":\"" + url + "?moved\"}").status())
                .isEqualTo(200);
        store.answerWith(number -> 200); // for what comes after the attempt in flight
        mayAnswer.countDown();
        store.pass(Duration.ofMinutes(1));

        assertThat(store.text(path)).contains("\"status\":\"enabled\"");
        assertThat(store.text(deliveries + "?status=delivered"))
                .contains("\"eventType\":\"payment.processed\"", "\"status\":410");
    }

    @Test
    void resend_severalTimesAtOnce_isSentAsOften() {
        publish();
        store.pass(Duration.ZERO);
        String delivery = TestEngine.id(store.call("GET", deliveries));

        for (int i = 0; i < 3; i++) {
            assertThat(store.call("POST", "/v1/deliveries/" + delivery + "/resend")
                            .status())
                    .isEqualTo(202);
        }
        store.pass(Duration.ZERO);

        assertThat(store.received()).isEqualTo(4);
        assertThat(store.text("/v1/deliveries/" + delivery))
                .contains("\"status\":\"delivered\"", "\"number\":4,\"trigger\":\"manual\"")
                .doesNotContain("\"number\":5", "nextAttemptAt");
    }

    /** Decision 022: while a workspace is suspended no delivery begins, and none is lost. */
    @Test
    void resend_requestedBeforeASuspension_waitsForTheActivation() {
        publish();
        store.pass(Duration.ZERO);
        String delivery = TestEngine.id(store.call("GET", deliveries));
        String workspace = store.engine().client(store.key()).workspace().call().id();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        answerOnce(mayAnswer, asked);
        for (int i = 0; i < 3; i++) {
            store.call("POST", "/v1/deliveries/" + delivery + "/resend");
        }
        await(asked);

        store.engine().admin().suspend(workspace).call();
        mayAnswer.countDown();
        store.pass(Duration.ofMinutes(3));

        assertThat(store.received()).isEqualTo(2);
        store.engine().admin().activate(workspace).call();
        store.pass(Duration.ofMinutes(1));
        assertThat(store.received()).isEqualTo(4);
    }

    /** Contract §6: a page by one filter is as long as asked, however many other deliveries are newer. */
    @Test
    void list_byASettledStatus_findsItBehindManyOthers() {
        takePaymentsOnly();
        store.answerWith(number -> 500);
        publish();
        store.days(5);
        store.answerWith(number -> 200);
        for (int i = 0; i < 11; i++) {
            publish();
        }
        store.pass(Duration.ZERO);

        String exhausted = store.text(deliveries + "?status=exhausted&limit=1");

        assertThat(exhausted).contains("\"status\":\"exhausted\"", "\"hasMore\":false");
        assertThat(store.text(deliveries + "?status=delivered&limit=100").split("\"dlv_", -1))
                .hasSize(11 + 1);
        assertThat(store.text(deliveries + "?status=dropped&limit=1")).contains("\"data\":[]", "\"hasMore\":false");
    }

    @Test
    void list_byAnOpenStatus_findsItBehindManyOthers() throws Exception {
        takePaymentsOnly();
        store.answerWith(number -> 500);
        publish();
        store.pass(Duration.ZERO);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        answerOnce(mayAnswer, asked);
        for (int i = 0; i < 30; i++) {
            publish();
        }
        asked.await();

        String retrying = store.text(deliveries + "?status=retrying&limit=1");
        String pending = store.text(deliveries + "?status=pending&limit=1");
        String heldWhileEnabled = store.text(deliveries + "?status=held&limit=1");
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"status\":\"disabled\"}");
        String held = store.text(deliveries + "?status=held&limit=100");
        String pendingWhileDisabled = store.text(deliveries + "?status=pending&limit=1");
        mayAnswer.countDown();

        assertThat(retrying).contains("\"status\":\"retrying\"", "\"hasMore\":false");
        assertThat(pending).contains("\"status\":\"pending\"", "\"hasMore\":true");
        assertThat(heldWhileEnabled).contains("\"data\":[]", "\"hasMore\":false");
        assertThat(held.split("\"status\":\"held\"", -1)).hasSize(31 + 1);
        assertThat(pendingWhileDisabled).contains("\"data\":[]", "\"hasMore\":false");
    }

    /** Contract §9: once one is exhausted, those behind it get one attempt each until one is delivered. */
    @Test
    void delivery_ofAResourceWhoseLastOneWasExhausted_getsOneAttemptUntilOneIsDelivered() {
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"resource.*\"]}");
        store.pass(Duration.ZERO);
        store.answerWith(number -> 500);
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        store.days(5);
        assertThat(newest()).contains("\"status\":\"exhausted\"", "\"number\":10");

        rename(resource, "one attempt");
        store.days(5);
        assertThat(newest())
                .contains("\"status\":\"exhausted\"", "\"number\":1")
                .doesNotContain("\"number\":2");
        rename(resource, "one attempt more");
        store.days(5);
        assertThat(newest()).contains("\"status\":\"exhausted\"").doesNotContain("\"number\":2");

        store.answerWith(number -> 200);
        rename(resource, "delivered");
        store.pass(Duration.ZERO);
        assertThat(newest()).contains("\"status\":\"delivered\"");
        store.answerWith(number -> 500);
        rename(resource, "the whole schedule again");
        store.days(5);
        assertThat(newest()).contains("\"status\":\"exhausted\"", "\"number\":10");
    }

    @Test
    void delivery_ofAnotherResource_getsTheWholeSchedule() {
        store.answerWith(number -> 500);
        store.make("/v1/resources", "{\"name\":\"r\"}");
        store.days(5);

        store.make("/v1/resources", "{\"name\":\"other\"}");
        store.days(5);

        assertThat(newest()).contains("\"status\":\"exhausted\"", "\"number\":10");
    }

    @Test
    void exhausted_thenResentWell_itsResourceGetsTheWholeScheduleAgain() {
        store.answerWith(number -> 500);
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        store.days(5);
        String delivery = TestEngine.id(store.call("GET", deliveries + "?limit=1"));
        store.answerWith(number -> 200);
        store.call("POST", "/v1/deliveries/" + delivery + "/resend");
        store.pass(Duration.ZERO);
        store.answerWith(number -> 500);

        rename(resource, "another");
        store.days(5);

        assertThat(newest()).contains("\"status\":\"exhausted\"", "\"number\":10");
    }

    private String newest() {
        return store.text(deliveries + "?limit=1");
    }

    private void rename(String resource, String name) {
        store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"" + name + "\"}");
    }

    @Test
    void resend_toADeletedEndpoint_isRefused() {
        publish();
        store.pass(Duration.ZERO);
        String delivery = TestEngine.id(store.call("GET", deliveries));
        store.call("DELETE", "/v1/webhook-endpoints/" + endpoint);

        Reply reply = store.call("POST", "/v1/deliveries/" + delivery + "/resend");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.text()).contains("invalid_transition", "deleted");
    }

    private void takePaymentsOnly() {
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"payment.*\"]}");
        store.pass(Duration.ZERO);
    }

    /** Answers with 200 once that is allowed, and tells of each delivery that has come. */
    private void answerOnce(CountDownLatch mayAnswer, CountDownLatch asked) {
        store.answerWith(number -> {
            asked.countDown();
            await(mayAnswer);
            return 200;
        });
    }

    private void publish() {
        store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue(); // a test that fails does not hold its receiver
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be let go on, but the wait was interrupted", e);
        }
    }
}
