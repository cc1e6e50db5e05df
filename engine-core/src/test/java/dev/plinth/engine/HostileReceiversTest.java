package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.send.ManyConnections;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workspaces whose receivers take a webhook and never answer do not hold up the webhooks of another one. */
@Timeout(300)
@Tag("scaled")
final class HostileReceiversTest {
    private static final int WORKSPACES_PROMISED = 200;
    private static final int WORKSPACES = TestScale.count(WORKSPACES_PROMISED);
    private static final int ENDPOINTS = 5;
    private static final int EVENTS = 8;
    private static final int RESOURCES = 20;
    private static final int CHANGES = 5;
    private static final int AT_ONCE = 4;
    private static final int DELAY_MILLIS_MAX = 5_000;
    private static final Pattern CHANGE = Pattern.compile("\"id\":\"(res_\\w+)\".*\"version\":(\\d+)");

    private final Engine engine = Engine.builder()
            .inMemory()
            .plan(Plan.perMinute("wide", 1_000_000))
            .webhookAllow("127.0.0.0/8")
            .open();
    private String key = "";

    @Test
    void deliveries_besideWorkspacesWhoseReceiversHang_arriveOnceAndInOrder() throws IOException {
        AtomicInteger hanging = new AtomicInteger();
        try (ManyConnections hostile = ManyConnections.accepting(hanging::incrementAndGet);
                HeldReceiver quick = new HeldReceiver();
                engine) {
            quick.letAllGo();
            for (int workspace = 0; workspace < WORKSPACES; workspace++) {
                use(newKey());
                for (int i = 0; i < ENDPOINTS; i++) {
                    call(
                            "POST",
                            "/v1/webhook-endpoints",
                            "{\"url\":\"" + hostile.url("127.0.0.1") + "\",\"types\":[\"payment.*\"]}",
                            201);
                }
                for (int i = 0; i < EVENTS; i++) {
                    call("POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}", 201);
                }
            }
            Patience.until(() -> hanging.get() >= Math.min(WORKSPACES * ENDPOINTS * AT_ONCE, 64));
            use(newKey());
            call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + quick.url() + "\",\"types\":[\"resource.*\"]}", 201);
            List<Long> delays = new ArrayList<>();
            List<String> resources = new ArrayList<>();
            for (int i = 0; i < RESOURCES; i++) {
                resources.add(
                        call("POST", "/v1/resources", "{\"name\":\"r\"}", 201).header("Location"));
            }
            for (int change = 1; change <= CHANGES; change++) {
                long begun = System.nanoTime();
                for (String resource : resources) {
                    call("PATCH", resource, "{\"data\":{\"n\":" + change + "}}", 200);
                }
                quick.awaitReceived(RESOURCES * (change + 1));
                delays.add((System.nanoTime() - begun) / 1_000_000);
            }

            awaitDelivered(RESOURCES * (CHANGES + 1L));
            assertThat(quick.received()).as("each of them once").isEqualTo(RESOURCES * (CHANGES + 1));
            assertThat(versions(quick.bodies()).values())
                    .hasSize(RESOURCES)
                    .allSatisfy(each -> assertThat(each).containsExactly(1, 2, 3, 4, 5, 6));
            assertThat(count("retrying") + count("pending"))
                    .as("what hangs is open still")
                    .isEqualTo((long) WORKSPACES * ENDPOINTS * EVENTS);
            if (WORKSPACES >= WORKSPACES_PROMISED) {
                assertThat(delays.stream().sorted().limit(CHANGES - 1))
                        .as("milliseconds of each round, of which the promise bounds the 95th percentile")
                        .allSatisfy(each -> assertThat(each).isLessThanOrEqualTo(DELAY_MILLIS_MAX));
            }
        }
    }

    private static Map<String, List<Integer>> versions(List<String> bodies) {
        Map<String, List<Integer>> versions = new HashMap<>();
        for (String body : bodies) {
            Matcher matcher = CHANGE.matcher(body);
            assertThat(matcher.find()).as(body).isTrue();
            versions.computeIfAbsent(matcher.group(1), id -> new ArrayList<>()).add(Integer.valueOf(matcher.group(2)));
        }
        return versions;
    }

    private void awaitDelivered(long count) {
        while (count("delivered") < count) {
            if (Thread.interrupted()) {
                throw new IllegalStateException("Expected " + count + " delivered, but got " + count("delivered"));
            }
            Thread.onSpinWait();
        }
    }

    private long count(String status) {
        return engine.store().look(Deliveries.countsByStatus().get(status));
    }

    private void use(String other) {
        key = other;
    }

    private Reply call(String method, String path, String body, int expected) {
        Reply reply = engine.call(Call.of(method, path).withKey(key).withBody(Json.of(body)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(expected);
        return reply;
    }

    private String newKey() {
        String workspace = engine.admin().createWorkspace("acme", "wide").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }
}
