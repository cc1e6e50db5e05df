package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.Reply;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An endpoint that does not keep up has a few attempts under way, and one once they fail; it holds up no other. */
@Timeout(120)
final class SlowEndpointTest {
    private static final int MANY = 300;
    private static final int AT_ONCE = 4;
    private static final int FAILURES = 5;
    private static final long MOMENT_MILLIS = 300;

    @TempDir
    private Path directory;

    private final HeldReceiver slow = new HeldReceiver();
    private final HeldReceiver quick = new HeldReceiver();
    private Engine engine = open(EngineBuilder::inMemory);
    private String key = newKey();

    @AfterEach
    void close() {
        slow.close();
        engine.close();
        quick.close();
    }

    @Test
    void deliveries_endpointThatHangs_haveAFewUnderWayAndHoldUpNobody() {
        endpoint(slow);
        publish(MANY);
        slow.awaitReceived(AT_ONCE);
        String other = key;
        key = newKey();
        endpoint(quick);
        quick.letAllGo();

        publish(MANY);
        quick.awaitReceived(MANY);

        assertThat(slow.received()).isEqualTo(AT_ONCE);
        key = other;
        slow.letAllGo();
        slow.awaitReceived(MANY);
        awaitNone("pending");
        assertThat(slow.mostAtOnce()).isEqualTo(AT_ONCE);
        assertThat(slow.received()).isEqualTo(MANY);
        assertThat(isAny("retrying")).isFalse();
    }

    @Test
    void deliveries_attemptsThatFailInARow_goOneByOneUntilOneIsDelivered() {
        slow.answer(500);
        endpoint(slow);
        publish(AT_ONCE);
        slow.awaitReceived(AT_ONCE);
        publish(MANY);
        // Those that had begun before the fifth failure are under way still; the next begins once they have ended.
        int failed = FAILURES + AT_ONCE;
        slow.letGo(failed);
        slow.awaitReceived(failed + 1);
        assertThat(slow.receives(failed + 2, MOMENT_MILLIS)).isFalse();

        slow.answer(200);
        slow.letGo(1);
        slow.awaitReceived(failed + 1 + AT_ONCE);
        assertThat(slow.receives(failed + 2 + AT_ONCE, MOMENT_MILLIS)).isFalse();
        slow.letAllGo();
        slow.awaitReceived(AT_ONCE + MANY);
        awaitNone("pending");
    }

    @Test
    void restart_whileSomeWaitForASlot_sendsThemToo() {
        engine.close();
        engine = open(builder -> builder.directory(directory));
        key = newKey();
        endpoint(slow);
        publish(MANY);
        slow.awaitReceived(AT_ONCE);
        slow.letGo(AT_ONCE);
        slow.awaitReceived(2 * AT_ONCE);
        slow.letAllGo();

        engine.close();
        engine = open(builder -> builder.directory(directory));

        slow.awaitDistinct(MANY);
    }

    @Test
    void delete_endpointAtWhichSomeWait_dropsThem() {
        String endpoint = endpoint(slow);
        publish(MANY);
        slow.awaitReceived(AT_ONCE);

        assertThat(call("DELETE", endpoint).status()).isEqualTo(200);
        slow.letAllGo();
        engine.close();

        assertThat(slow.received()).isEqualTo(AT_ONCE);
    }

    @Test
    void disable_endpointAtWhichSomeWait_holdsThemUntilItIsEnabled() {
        String endpoint = endpoint(slow);
        publish(MANY);
        slow.awaitReceived(AT_ONCE);

        call("PATCH", endpoint, "{\"status\":\"disabled\"}");
        slow.letAllGo();
        slow.awaitAnswered(AT_ONCE);
        assertThat(isAny("pending")).isFalse();
        assertThat(isAny("held")).isTrue();
        assertThat(slow.received()).isEqualTo(AT_ONCE);

        call("PATCH", endpoint, "{\"status\":\"enabled\"}");
        slow.awaitReceived(MANY);
        awaitNone("pending");
        assertThat(slow.received()).isEqualTo(MANY);
        assertThat(slow.distinct()).isEqualTo(MANY);
    }

    private void awaitNone(String status) {
        while (isAny(status)) {
            Thread.onSpinWait();
        }
    }

    private boolean isAny(String status) {
        String endpoints = call("GET", "/v1/webhook-endpoints").text();
        String id = endpoints.replaceAll("(?s).*\"id\":\"(we_\\w+)\".*", "$1");
        return call("GET", "/v1/webhook-endpoints/" + id + "/deliveries?limit=100&status=" + status)
                .text()
                .contains("\"dlv_");
    }

    private String endpoint(HeldReceiver receiver) {
        return call(
                        "POST",
                        "/v1/webhook-endpoints",
                        "{\"url\":\"" + receiver.url() + "\",\"types\":[\"payment.processed\"]}")
                .header("Location");
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            Reply reply = call("POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{\"n\":" + i + "}}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        }
    }

    private Reply call(String method, String path) {
        return engine.call(Call.of(method, path).withKey(key));
    }

    private Reply call(String method, String path, String body) {
        return engine.call(Call.of(method, path).withKey(key).withBody(Json.of(body)));
    }

    private String newKey() {
        String workspace = engine.admin().createWorkspace("acme", "wide").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private static Engine open(Consumer<EngineBuilder> more) {
        EngineBuilder builder =
                Engine.builder().plan(Plan.perMinute("wide", 1_000_000)).webhookAllow("127.0.0.0/8");
        more.accept(builder);
        return builder.open();
    }
}
