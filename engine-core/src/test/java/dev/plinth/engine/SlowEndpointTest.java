package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.settings.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An endpoint that does not keep up has a few attempts under way, and one once they fail; it holds up no other. */
@Timeout(120)
final class SlowEndpointTest {
    private static final int MANY = 100;
    private static final int AT_ONCE = 4;
    private static final int ENDPOINTS = 20;
    private static final int FAILURES = 5;
    private static final long MOMENT_MILLIS = 300;
    private static final Pattern RESOURCE = Pattern.compile("\"data\":\\{\"id\":\"(res_\\w+)\".*\"version\":(\\d+)");

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
        key = newKey();
        endpoint(quick);
        quick.letAllGo();

        publish(MANY);
        quick.awaitReceived(MANY);

        assertThat(slow.received()).isEqualTo(AT_ONCE);
        slow.letAllGo();
        awaitCount("delivered", 2 * MANY);
        assertThat(slow.received()).isEqualTo(MANY);
    }

    @Test
    void deliveries_attemptsThatFailInARow_goOneByOneUntilOneIsDelivered() {
        slow.answer(500);
        endpoint(slow);
        publish(AT_ONCE);
        slow.awaitReceived(AT_ONCE);
        publish(MANY);
        // Attempts that had begun before the fifth failure are under way still; the next begins once they have ended.
        int failed = FAILURES + AT_ONCE;
        slow.letGo(failed);
        slow.awaitReceived(failed + 1);
        assertThat(slow.receives(failed + 2, MOMENT_MILLIS)).isFalse();

        slow.answer(200);
        slow.letGo(1);
        // There is one more than at first if the one that was delivered took less than a second.
        slow.awaitReceived(failed + 1 + AT_ONCE);
        assertThat(slow.receives(failed + 3 + AT_ONCE, MOMENT_MILLIS)).isFalse();
        slow.letAllGo();
        awaitAtLeast("delivered", AT_ONCE + MANY - failed);
        // Failed attempts are tried again after five seconds; where all this takes longer, some are delivered by now.
        assertThat(count("delivered")).isLessThanOrEqualTo(AT_ONCE + MANY);
    }

    @Test
    void deliveries_workspaceWithManyEndpointsThatHang_leaveRoomForOthersAndItsOwn() {
        for (int i = 1; i < ENDPOINTS; i++) {
            endpoint(slow);
        }
        publish(MANY / 10);
        slow.awaitReceived((ENDPOINTS - 1) * AT_ONCE);
        assertThat(slow.receives((ENDPOINTS - 1) * AT_ONCE + 1, MOMENT_MILLIS)).isFalse();
        quick.letAllGo();
        endpoint(quick, "order.placed");
        call("POST", "/v1/events", "{\"type\":\"order.placed\",\"data\":{}}");
        awaitCount("delivered", 1);
        key = newKey();
        endpoint(quick);

        publish(MANY);
        awaitCount("delivered", 1 + MANY);

        assertThat(slow.received()).isEqualTo((ENDPOINTS - 1) * AT_ONCE);
    }

    @Test
    void deliveries_ofOneResourceInAQueue_arriveInOrder() {
        endpoint(slow, "resource.*");
        List<String> resources = new ArrayList<>();
        for (int i = 0; i < 3 * AT_ONCE; i++) {
            resources.add(call("POST", "/v1/resources", "{\"name\":\"r\"}").header("Location"));
        }
        for (int change = 0; change < 5; change++) {
            for (String resource : resources) {
                assertThat(call("PATCH", resource, "{\"data\":{\"n\":" + change + "}}")
                                .status())
                        .isEqualTo(200);
            }
        }
        slow.letAllGo();
        awaitCount("delivered", resources.size() * 6L);

        Map<String, List<Integer>> versions = new HashMap<>();
        for (String body : slow.bodies()) {
            Matcher matcher = RESOURCE.matcher(body);
            assertThat(matcher.find()).as(body).isTrue();
            versions.computeIfAbsent(matcher.group(1), id -> new ArrayList<>()).add(Integer.valueOf(matcher.group(2)));
        }
        assertThat(versions).hasSize(resources.size());
        assertThat(versions.values()).allSatisfy(each -> assertThat(each).containsExactly(1, 2, 3, 4, 5, 6));
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

        awaitCount("delivered", MANY);
    }

    @Test
    void delete_endpointAtWhichSomeWait_dropsThem() {
        String endpoint = endpoint(slow);
        publish(MANY);
        slow.awaitReceived(AT_ONCE);

        assertThat(call("DELETE", endpoint).status()).isEqualTo(200);

        awaitCount("dropped", MANY);
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
        awaitCount("held", MANY - AT_ONCE);
        assertThat(slow.received()).isEqualTo(AT_ONCE);

        call("PATCH", endpoint, "{\"status\":\"enabled\"}");
        awaitCount("delivered", MANY);
        assertThat(slow.received()).isEqualTo(MANY);
    }

    @Test
    void test_moreThanMayBeUnderWay_isRefusedAndTakesNoConnection() throws InterruptedException {
        String endpoint = endpoint(slow);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Thread caller = new Thread(() -> call("POST", endpoint + "/test", "{}"));
            caller.start();
            callers.add(caller);
        }
        slow.awaitReceived(callers.size());

        Reply refused = call("POST", endpoint + "/test", "{}");

        assertThat(refused.status()).as(refused.text()).isEqualTo(503);
        assertThat(refused.text()).contains("\"code\":\"capacity_exhausted\"", "test events of a workspace");
        String held = key;
        key = newKey();
        quick.letAllGo();
        assertThat(call("POST", endpoint(quick) + "/test", "{}").text()).contains("\"delivered\":true");
        key = held;
        slow.letAllGo();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(call("POST", endpoint + "/test", "{}").text()).contains("\"delivered\":true");
    }

    private void awaitCount(String status, long count) {
        awaitAtLeast(status, count);
        assertThat(count(status)).isEqualTo(count);
    }

    private void awaitAtLeast(String status, long count) {
        while (count(status) < count) {
            if (Thread.interrupted()) {
                throw new IllegalStateException("Expected " + count + " " + status + ", but got " + count(status));
            }
            Thread.onSpinWait();
        }
    }

    private long count(String status) {
        return engine.store().look(Deliveries.countsByStatus().get(status));
    }

    private String endpoint(HeldReceiver receiver) {
        return endpoint(receiver, "payment.processed");
    }

    private String endpoint(HeldReceiver receiver, String type) {
        return call(
                        "POST",
                        "/v1/webhook-endpoints",
                        "{\"url\":\"" + receiver.url() + "\",\"types\":[\"" + type + "\"]}")
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
