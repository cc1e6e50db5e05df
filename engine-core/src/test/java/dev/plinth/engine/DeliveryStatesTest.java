package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How deliveries are shown while they are sent, while they are held and once there is nowhere to send them (contract §9). */
@Timeout(60)
final class DeliveryStatesTest {
    private final AgingStore store = AgingStore.inMemory();
    private final String endpoint = store.endpoint();
    private final String deliveries = "/v1/webhook-endpoints/" + endpoint + "/deliveries";

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void delivery_whileItIsSent_isDelivering() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        store.answerWith(number -> {
            asked.countDown();
            await(mayAnswer);
            return 200;
        });
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
    void delivery_heldAfterAnAttempt_hasNoNextAttemptUntilItIsReleased() {
        store.answerWith(number -> 500);
        publish();
        store.pass(Duration.ZERO);
        assertThat(store.text(deliveries)).contains("\"status\":\"retrying\"", "nextAttemptAt");

        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"status\":\"disabled\"}");

        assertThat(store.text(deliveries)).contains("\"status\":\"held\"").doesNotContain("nextAttemptAt");
    }

    @Test
    void resend_toADeletedEndpoint_isRefused() {
        publish();
        store.pass(Duration.ZERO);
        String delivery = AgingStore.id(store.call("GET", deliveries));
        store.call("DELETE", "/v1/webhook-endpoints/" + endpoint);

        Reply reply = store.call("POST", "/v1/deliveries/" + delivery + "/resend");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.text()).contains("invalid_transition", "deleted");
    }

    private void publish() {
        store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be let go on, but the wait was interrupted", e);
        }
    }
}
