package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When webhooks are tried again, in which order they arrive, and where they never go. */
@PlinthTest
final class WebhookScheduleTest {
    private static final double JITTER_MAX = 0.2;
    private static final int ROUNDS = 50;
    private static final List<Duration> GAPS = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private Door door;
    private String key;
    private PlinthClient client;
    private WebhookSink sink;
    private ManualClock clock;

    @BeforeEach
    void open(Engine engine, ApiKey ownKey, PlinthClient ownClient, WebhookSink ownSink, ManualClock sharedClock) {
        door = Door.inProcess(engine);
        key = ownKey.secret().orElseThrow();
        client = ownClient;
        sink = ownSink;
        clock = sharedClock;
    }

    @Test
    void delivery_failingTwice_comesAgainAfter5SecondsAnd5Minutes() {
        WebhookEndpoint endpoint = endpoint();
        sink.reply(500, 500);
        client.resources().create("R").call();

        sink.await(1);
        clock.advance(GAPS.get(0).minusMillis(1));
        assertThat(sink.received()).hasSize(1);
        clock.advance(slack(0));
        assertThat(sink.received()).hasSize(2);
        clock.advance(GAPS.get(1).minus(slack(0)));
        assertThat(sink.received()).hasSize(2);
        clock.advance(slack(0).plus(slack(1)));

        List<ReceivedWebhook> attempts = sink.received();
        assertThat(attempts).extracting(ReceivedWebhook::answered).containsExactly(500, 500, 200);
        assertThat(attempts)
                .extracting(ReceivedWebhook::id)
                .containsOnly(attempts.get(0).id());
        assertThat(attempts)
                .extracting(ReceivedWebhook::body)
                .containsOnly(attempts.get(0).body());
        assertThat(attempts).extracting(ReceivedWebhook::timestamp).doesNotHaveDuplicates();
        assertThat(attempts)
                .allMatch(attempt -> attempt.isSignedWith(endpoint.secret().orElseThrow()));
        assertThat(deliveries(endpoint))
                .extracting(delivery -> delivery.get("status"))
                .containsExactly("delivered");
        assertGaps(attemptTimes(endpoint));
    }

    @Test
    void delivery_receiverHangsUp_comesAgainAfter5Seconds() {
        endpoint();
        sink.hangUp();
        client.resources().create("R").call();
        sink.await(1);

        clock.advance(GAPS.get(0).plus(slack(0)));

        assertThat(sink.received()).extracting(ReceivedWebhook::answered).containsExactly(0, 200);
    }

    @Test
    void delivery_failingAlways_isExhaustedAfterTenAttemptsWithJitterThatOnlyAdds() {
        WebhookEndpoint endpoint = endpoint();
        int[] failures = new int[GAPS.size() + 2];
        Arrays.fill(failures, 503);
        sink.reply(failures);
        client.resources().create("R").call();

        clock.advance(Duration.ofDays(8));

        assertThat(sink.received()).hasSize(GAPS.size() + 1);
        assertThat(deliveries(endpoint))
                .extracting(delivery -> delivery.get("status"))
                .containsExactly("exhausted");
        assertGaps(attemptTimes(endpoint));
    }

    @Test
    void events_ofOneResource_waitForTheOneBeforeWhileOthersDoNot() {
        endpoint();
        sink.reply(500);
        String first = client.resources().create("First").call().id();
        sink.await(1);
        client.resources().pause(first).call();
        client.resources().create("Second").call();
        sink.await(2);
        clock.advance(Duration.ZERO);
        assertThat(names()).containsExactly("First resource.created", "Second resource.created");

        clock.advance(GAPS.get(0).plus(slack(0)));

        assertThat(names())
                .containsExactly(
                        "First resource.created",
                        "Second resource.created",
                        "First resource.created",
                        "First resource.paused");
    }

    @Test
    void advance_whileDeliveriesFollowEachOther_returnsWhenAllHaveArrived() {
        endpoint();
        for (int i = 1; i <= ROUNDS; i++) {
            String id = client.resources().create("R").call().id();
            client.resources().pause(id).call();
            client.resources().resume(id).call();
            client.resources().archive(id).call();
            clock.advance(Duration.ofSeconds(4));
            assertThat(sink.received()).hasSize(4 * i);
        }
    }

    @Test
    void receiver_answering410_disablesTheEndpointUntilItIsEnabledAgain() {
        WebhookEndpoint endpoint = endpoint();
        sink.reply(410);
        client.resources().create("R").call();
        sink.await(1);
        clock.advance(Duration.ofDays(1));

        String path = "/v1/webhook-endpoints/" + endpoint.id();
        assertThat(Door.text(door.get(key, path), "status")).isEqualTo("disabled");
        assertThat(sink.received()).hasSize(1);
        assertThat(deliveries(endpoint))
                .extracting(delivery -> delivery.get("status"))
                .containsExactly("held");
        assertThat(Door.data(door.get(key, "/v1/events?type=webhook_endpoint.disabled")))
                .hasSize(1);

        Call enable = Call.of("PATCH", path).withKey(key).withBody(Json.of("{\"status\":\"enabled\"}"));
        assertThat(door.send(enable).status()).isEqualTo(200);
        assertThat(sink.await(2)).extracting(ReceivedWebhook::answered).containsExactly(410, 200);
    }

    private WebhookEndpoint endpoint() {
        return client.createWebhook(sink.uri().toString(), "resource.*").call();
    }

    private List<Map<String, Object>> deliveries(WebhookEndpoint endpoint) {
        Reply page = door.get(key, "/v1/webhook-endpoints/" + endpoint.id() + "/deliveries");
        assertThat(page.status()).isEqualTo(200);
        return Door.data(page);
    }

    @SuppressWarnings("unchecked")
    private List<Instant> attemptTimes(WebhookEndpoint endpoint) {
        List<Instant> times = new ArrayList<>();
        for (Map<String, Object> attempt :
                (List<Map<String, Object>>) deliveries(endpoint).get(0).get("attempts")) {
            times.add(Instant.parse((String) attempt.get("at")));
        }
        return times;
    }

    private static void assertGaps(List<Instant> times) {
        for (int i = 1; i < times.size(); i++) {
            Duration least = GAPS.get(i - 1);
            assertThat(Duration.between(times.get(i - 1), times.get(i)))
                    .as("gap before attempt %d", i + 1)
                    .isBetween(least, least.plus(slack(i - 1)));
        }
    }

    /** How much later than its schedule an attempt may be. */
    private static Duration slack(int gap) {
        return Duration.ofMillis((long) (GAPS.get(gap).toMillis() * JITTER_MAX));
    }

    private List<String> names() {
        return sink.received().stream()
                .map(webhook -> webhook.json().asMap())
                .map(event -> ((Map<?, ?>) event.get("data")).get("name") + " " + event.get("type"))
                .toList();
    }
}
