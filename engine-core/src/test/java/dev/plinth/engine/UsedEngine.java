package dev.plinth.engine;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Tables;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Uses each kind of work of an engine once. */
final class UsedEngine {
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"sku\":{\"type\":\"string\",\"pattern\":\"^[a-z]+-[0-9]+$\"},"
                    + "\"colour\":{\"not\":{\"const\":\"red\"}}}}";

    record Order(String sku, BigDecimal price) {}

    private UsedEngine() {}

    /** Opens an engine, uses each kind of work once on this thread and on those of the engine, and closes it. */
    static void openUseAndClose(String receiver) throws Exception {
        openUseAndClose(Engine.builder().inMemory(), receiver);
    }

    /** Does the same with an engine over a directory, which keeps its rows in these {@link Tables}. */
    static void openUseAndClose(String tables, String directory, String receiver) throws Exception {
        openUseAndClose(
                Engine.builder()
                        .directory(Path.of(directory))
                        .tables(Tables.valueOf(tables))
                        .maxResources(1_000),
                receiver);
    }

    private static void openUseAndClose(EngineBuilder builder, String receiver) throws Exception {
        CountDownLatch heard = new CountDownLatch(2);
        try (Engine engine = builder.webhookAllow("127.0.0.0/8")
                .resourceType("order", Json.of(SCHEMA))
                .operation("price", Order.class, (order, call) -> order)
                .jobHandler("greet", job -> {
                    job.effects().publish(NewEvent.of("it.ran", Json.EMPTY_OBJECT));
                    return job.input();
                })
                .listener("log", (context, event) -> heard.countDown())
                .open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            PlinthClient client = engine.client(
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow());
            String webhook =
                    client.createWebhook(receiver, "resource.created").call().id();
            NewResource order = NewResource.of("one").ofType("order").withData(Json.of("{\"sku\":\"a-1\"}"));
            String id =
                    client.resources().create(order).idempotencyKey("k").call().id();
            client.resources().get(id).call();
            refuseByItsSchema(client, order.withData(Json.of("{\"colour\":\"red\"}")));
            client.run("price", Json.of("{\"sku\":\"a-1\",\"price\":1.5}")).call();
            String job = client.startJob("greet", Json.EMPTY_OBJECT).call().jobId();
            client.awaitJob(job, Duration.ofSeconds(60));
            Json unused = client.webhooks().test(webhook).call().json();
            long counted = engine.transact(
                    workspace, unit -> unit.resource(id).orElseThrow().version());
            if (counted < 1) {
                throw new IllegalStateException("Expected a version, but got " + counted);
            }
            heard.await();
        }
    }

    private static void refuseByItsSchema(PlinthClient client, NewResource resource) {
        try {
            client.resources().create(resource).call();
        } catch (PlinthException e) {
            return;
        }
        throw new IllegalStateException("Expected a refusal of " + resource);
    }
}
