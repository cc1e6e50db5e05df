package dev.plinth.engine.http.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.client.PlinthClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The steps of the demonstration, without waiting for them. */
class DemoTest {
    /** The steps of 24 minutes: enough that orders are deleted. */
    private static final int STEPS = 480;

    private static final int ORDERS_MAX = 31;

    private final DemoReceiver receiver = new DemoReceiver();
    private final List<Engine> engines = new ArrayList<>();

    DemoTest() throws IOException {}

    @AfterEach
    void close() {
        engines.forEach(Engine::close);
        receiver.close();
    }

    private Engine engine() {
        Engine engine = Engine.builder()
                .inMemory()
                .createDefaultWorkspace(true)
                .webhookAllow("127.0.0.0/8")
                .open();
        engines.add(engine);
        return engine;
    }

    private static String workspace(Engine engine) {
        return engine.firstStart().orElseThrow().workspaceId();
    }

    private static List<Resource> orders(Engine engine) {
        return engine.workspace(workspace(engine))
                .resources()
                .list()
                .where("status", "all")
                .where("limit", "100")
                .call()
                .data();
    }

    private static List<String> states(Engine engine) {
        return orders(engine).stream()
                .map(order -> order.name() + " " + order.status() + " " + order.data())
                .toList();
    }

    @Test
    void orders_afterManySteps_areBoundedAndNew() {
        Engine engine = engine();
        DemoWorkspace world = DemoWorkspace.fill(engine, workspace(engine), receiver);

        for (int i = 0; i < STEPS; i++) {
            world.step(i);
        }

        assertThat(orders(engine)).hasSizeBetween(ORDERS_MAX - 1, ORDERS_MAX);
        assertThat(orders(engine).get(0).name()).isEqualTo("Order " + (4711 + 12 + STEPS / 10 - 1));
    }

    @Test
    void steps_ofTwoDemonstrations_areAlike() {
        Engine one = engine();
        Engine other = engine();
        for (Engine engine : List.of(one, other)) {
            DemoWorkspace world = DemoWorkspace.fill(engine, workspace(engine), receiver);
            for (int i = 0; i < 25; i++) {
                world.step(i);
            }
        }

        assertThat(states(one)).isEqualTo(states(other)).hasSizeGreaterThan(12);
    }

    @Test
    void step_onWhatAUserHasTakenAway_isLeftOut() {
        Engine engine = engine();
        DemoWorkspace world = DemoWorkspace.fill(engine, workspace(engine), receiver);
        PlinthClient client = engine.workspace(workspace(engine));
        for (Resource order : orders(engine)) {
            client.resources().archive(order.id()).call();
            String unused = client.resources().delete(order.id()).call();
        }

        for (int i = 1; i < 11; i++) {
            world.step(i);
        }

        assertThat(orders(engine)).hasSize(1);
    }

    @Test
    void webhook_withoutAGenuineSignature_isRefused() throws Exception {
        receiver.verify(DemoReceiver.STEADY, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        for (String path : List.of(DemoReceiver.STEADY, DemoReceiver.SHAKY, "/elsewhere")) {
            HttpRequest forged = HttpRequest.newBuilder(URI.create(receiver.url(path)))
                    .header("webhook-id", "evt_1")
                    .header("webhook-timestamp", "1")
                    .header("webhook-signature", "v1,Zm9yZ2Vk v1,")
                    .POST(BodyPublishers.ofString("{}"))
                    .build();

            assertThat(HttpClient.newHttpClient()
                            .send(forged, BodyHandlers.ofString())
                            .statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
    }
}
