package dev.plinth.engine;

import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Runs in a child JVM on the smallest class path: everything that needs no optional library, then each thing that does. */
final class SmallestEngine {
    private SmallestEngine() {}

    public static void main(String[] arguments) throws InterruptedException {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (Engine engine = Engine.builder()
                .inMemory()
                .webhookAllow("127.0.0.0/8")
                .jobHandler("greet", job -> job.input())
                .listener("log", (workspace, event) -> heard.add(event.type()))
                .open()) {
            Workspace workspace = engine.admin().createWorkspace("acme", "pro").call();
            String key = engine.admin()
                    .createKey(workspace.id(), "server")
                    .call()
                    .secret()
                    .orElseThrow();
            use(engine.client(key));
            System.out.println("listener heard " + heard.take());
        }
        refused(Engine.builder().tables(Tables.OFF_HEAP));
        refused(Engine.builder().resourceType("order", Json.of("{\"type\":\"object\"}")));
    }

    private static void use(PlinthClient client) {
        Resource made = client.resources().create("one").idempotencyKey("k").call();
        Resource again = client.resources().create("one").idempotencyKey("k").call();
        System.out.println(made.equals(again) ? "created and replayed" : "created twice");
        Job job = client.job(client.startJob("greet", Json.EMPTY_OBJECT).call().jobId(), Duration.ofSeconds(30))
                .call();
        System.out.println("job " + job.status().name().toLowerCase(Locale.ROOT));
        WebhookEndpoint endpoint = client.createWebhook("http://127.0.0.1:9/hook", "resource.created")
                .call();
        System.out.println(
                "test delivery " + client.webhooks().test(endpoint.id()).call().json());
    }

    private static void refused(EngineBuilder builder) {
        try {
            builder.open().close();
            System.out.println("opened");
        } catch (IllegalStateException e) {
            System.out.println("ERROR: " + e.getMessage());
        }
    }
}
