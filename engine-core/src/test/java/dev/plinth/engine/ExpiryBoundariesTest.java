package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.EngineClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that everything with an end counts until the millisecond before it, and no longer. The clock is set without a word
 * to the engine, so that neither the sweep nor the timers have come by.
 */
@Timeout(60)
final class ExpiryBoundariesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SHORT = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofHours(1);

    private final AtomicLong now = new AtomicLong(START.toEpochMilli());
    private final HeldReceiver receiver = new HeldReceiver();
    private final Engine engine = Engine.builder()
            .clock(new SetClock(now))
            .webhookAllow("127.0.0.0/8")
            .open();
    private final String workspace =
            engine.admin().createWorkspace("acme", "business").call().id();
    private final String caller = secret("k");
    private final PlinthClient client = engine.client(caller);

    /** Things with an end, and how long they last. */
    private enum Expiry {
        REMEMBERED_ANSWER(Duration.ofHours(24), ExpiryBoundariesTest::rememberedAnswer),
        LEASE(SHORT, ExpiryBoundariesTest::lease),
        HANDLED_TYPE(Duration.ofHours(1), ExpiryBoundariesTest::handledType),
        KEY(SHORT, ExpiryBoundariesTest::key),
        OLD_SECRET_OF_A_KEY(SHORT, test -> test.oldSecretOfAKey(SHORT)),
        OLD_SECRET_OF_A_KEY_ROTATED_AGAIN_FOR_LONGER(SHORT, test -> test.oldSecretOfAKey(SHORT, LONG)),
        OLD_SECRET_OF_A_KEY_ROTATED_AGAIN_FOR_LESS(SHORT, test -> test.oldSecretOfAKey(LONG, SHORT)),
        OLD_SECRET_OF_AN_ENDPOINT(SHORT, test -> test.oldSecretOfAnEndpoint(SHORT)),
        OLD_SECRET_OF_AN_ENDPOINT_ROTATED_AGAIN_FOR_LESS(SHORT, test -> test.oldSecretOfAnEndpoint(LONG, SHORT)),
        EVENT(Duration.ofDays(30), ExpiryBoundariesTest::event),
        EVENT_IN_A_LIST(Duration.ofDays(30), ExpiryBoundariesTest::eventInAList),
        EVENT_IN_A_LIST_OF_ALL(Duration.ofDays(30), ExpiryBoundariesTest::eventInAListOfAll),
        FINISHED_JOB(Duration.ofDays(7), ExpiryBoundariesTest::finishedJob),
        FINISHED_JOB_IN_A_LIST(Duration.ofDays(7), ExpiryBoundariesTest::finishedJobInAList),
        SETTLED_DELIVERY(Duration.ofDays(30), ExpiryBoundariesTest::settledDelivery),
        DROPPED_DELIVERY(Duration.ofDays(30), ExpiryBoundariesTest::droppedDelivery),
        EXTENDED_LEASE(LONG, ExpiryBoundariesTest::extendedLease),
        REVOKED_KEY(Duration.ofDays(30), ExpiryBoundariesTest::revokedKey);

        private final Duration after;
        private final Beginning beginning;

        Expiry(Duration after, Beginning beginning) {
            this.after = after;
            this.beginning = beginning;
        }
    }

    /** Begins what ends, and returns what asks whether it still counts. */
    @FunctionalInterface
    private interface Beginning {
        BooleanSupplier begin(ExpiryBoundariesTest test);
    }

    @AfterEach
    void close() {
        engine.close();
        receiver.close();
    }

    @ParameterizedTest
    @EnumSource
    void expiry_lastMillisecondAndTheNext_countsAndDoesNot(Expiry expiry) {
        receiver.letAllGo();
        BooleanSupplier counts = expiry.beginning.begin(this);
        assertThat(counts.getAsBoolean()).as("at once").isTrue();

        now.set(START.plus(expiry.after).toEpochMilli() - 1);
        assertThat(counts.getAsBoolean()).as("at the last millisecond").isTrue();
        now.incrementAndGet();

        assertThat(counts.getAsBoolean()).as("at the end").isFalse();
    }

    private BooleanSupplier rememberedAnswer() {
        Call create = Call.of("POST", "/v1/resources")
                .withKey(secret("creates"))
                .withHeader("Idempotency-Key", "k-1")
                .withBody(Json.of("{\"name\":\"r\"}"));
        engine.call(create);
        return () -> "true".equals(engine.call(create).header("Idempotent-Replayed"));
    }

    private BooleanSupplier lease() {
        LeasedJob leased = leased();
        return () -> {
            Reply reply = call(
                    "POST",
                    "/v1/jobs/" + leased.job().id() + "/progress",
                    "{\"leaseToken\":\"" + leased.leaseToken() + "\",\"done\":1,\"total\":2}");
            return reply.status() == 200;
        };
    }

    private BooleanSupplier handledType() {
        assertThat(leased().job().type()).isEqualTo("send");
        String job = client.startJob("send", Json.EMPTY_OBJECT).call().jobId();
        return () -> !call("GET", "/v1/jobs/" + job, "").text().contains("\"handled\":false");
    }

    private BooleanSupplier key() {
        String secret = engine.client(secret("makes"))
                .keys()
                .create(NewKey.of("ends").until(START.plus(SHORT)))
                .call()
                .secret()
                .orElseThrow();
        return () -> opens(secret);
    }

    private BooleanSupplier oldSecretOfAKey(Duration... graces) {
        String first = secret("rotated");
        String id = client.keys().list().call().data().stream()
                .filter(each -> each.name().equals("rotated"))
                .findFirst()
                .orElseThrow()
                .id();
        for (Duration grace : graces) {
            client.keys().rotate(id, grace).call();
        }
        return () -> opens(first);
    }

    /** The first secret signs last. */
    private BooleanSupplier oldSecretOfAnEndpoint(Duration... graces) {
        // It wants no event, so that only the test webhooks come.
        String endpoint = TestEngine.id(
                call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\",\"types\":[\"no.such\"]}"));
        for (Duration grace : graces) {
            call(
                    "POST",
                    "/v1/webhook-endpoints/" + endpoint + "/secret/rotate",
                    "{\"graceSeconds\":" + grace.toSeconds() + "}");
        }
        return () -> {
            int before = receiver.received();
            call("POST", "/v1/webhook-endpoints/" + endpoint + "/test", "");
            receiver.awaitReceived(before + 1);
            return receiver.lastHeader("webhook-signature").split(" ").length == graces.length + 1;
        };
    }

    private BooleanSupplier event() {
        String event = client.publish("a.b", Json.EMPTY_OBJECT).call().id();
        return () -> call("GET", "/v1/events/" + event, "").status() == 200;
    }

    private BooleanSupplier eventInAList() {
        String event = client.publish("a.b", Json.EMPTY_OBJECT).call().id();
        return () -> call("GET", "/v1/events?type=a.b", "").text().contains(event);
    }

    private BooleanSupplier eventInAListOfAll() {
        String event = client.publish("a.b", Json.EMPTY_OBJECT).call().id();
        return () -> call("GET", "/v1/events", "").text().contains(event);
    }

    private BooleanSupplier finishedJobInAList() {
        String job = client.startJob("send", Json.EMPTY_OBJECT).call().jobId();
        client.cancelJob(job).call();
        return () -> call("GET", "/v1/jobs", "").text().contains(job);
    }

    private BooleanSupplier droppedDelivery() {
        String endpoint = client.createWebhook(receiver.url()).call().id();
        call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"status\":\"disabled\"}");
        client.publish("a.b", Json.EMPTY_OBJECT).call();
        String delivery = delivery("/v1/webhook-endpoints/" + endpoint + "/deliveries");
        call("DELETE", "/v1/webhook-endpoints/" + endpoint, "");
        return () -> call("GET", "/v1/deliveries/" + delivery, "").text().contains("\"dropped\"");
    }

    private BooleanSupplier extendedLease() {
        LeasedJob leased = leased();
        String path = "/v1/jobs/" + leased.job().id();
        String token = "{\"leaseToken\":\"" + leased.leaseToken() + "\"";
        assertThat(call("POST", path + "/heartbeat", token + ",\"leaseSeconds\":" + LONG.toSeconds() + "}")
                        .status())
                .isEqualTo(200);
        return () -> call("POST", path + "/progress", token + ",\"done\":1,\"total\":2}")
                        .status()
                == 200;
    }

    private BooleanSupplier finishedJob() {
        String job = client.startJob("send", Json.EMPTY_OBJECT).call().jobId();
        client.cancelJob(job).call();
        return () -> call("GET", "/v1/jobs/" + job, "").status() == 200;
    }

    private BooleanSupplier settledDelivery() {
        String endpoint = client.createWebhook(receiver.url()).call().id();
        client.publish("a.b", Json.EMPTY_OBJECT).call();
        String deliveries = "/v1/webhook-endpoints/" + endpoint + "/deliveries";
        Patience.until(() -> call("GET", deliveries, "").text().contains("\"delivered\""));
        String delivery = delivery(deliveries);
        return () -> call("GET", "/v1/deliveries/" + delivery, "").status() == 200;
    }

    private BooleanSupplier revokedKey() {
        String id = engine.admin().createKey(workspace, "revoked").call().id();
        call("DELETE", "/v1/keys/" + id, "");
        return () -> call("GET", "/v1/keys/" + id, "").status() == 200;
    }

    private String delivery(String deliveries) {
        String list = call("GET", deliveries, "").text();
        int at = list.indexOf("dlv_");
        return list.substring(at, at + "dlv_".length() + 26);
    }

    private LeasedJob leased() {
        client.startJob("send", Json.EMPTY_OBJECT).call();
        return client.leases()
                .take(LeaseRequest.of(Json.of("{\"types\":[\"send\"],\"leaseSeconds\":" + SHORT.toSeconds() + "}")))
                .call()
                .get(0);
    }

    private boolean opens(String secret) {
        return engine.call(Call.of("GET", "/v1/workspace").withKey(secret)).status() == 200;
    }

    private String secret(String name) {
        return engine.admin().createKey(workspace, name).call().secret().orElseThrow();
    }

    private Reply call(String method, String path, String body) {
        Call call = Call.of(method, path).withKey(caller);
        return engine.call(body.isEmpty() ? call : call.withBody(Json.of(body)));
    }

    /** Shows what it is set to, and is believed at once. */
    private record SetClock(AtomicLong now) implements EngineClock {
        @Override
        public long epochMillis() {
            return now.get();
        }

        @Override
        public long nanoTime() {
            return now.get() * 1_000_000;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
