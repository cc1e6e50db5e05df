package dev.plinth.example;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import java.time.Duration;
import java.util.Map;

/** A shop with an engine in memory. */
public final class Shop {
    private Shop() {}

    /** Runs the shop and prints what it says. */
    public static void main(String[] args) {
        System.out.println(run());
    }

    /** Creates an order, counts the orders in a job, and returns a sentence on both. */
    static String run() {
        try (Engine engine = Engine.builder()
                .jobHandler("count", job -> count(job.workspace()))
                .open()) {
            Workspace workspace = engine.admin().createWorkspace("shop", "pro").call();
            ApiKey key = engine.admin().createKey(workspace.id(), "server").call();
            PlinthClient client = engine.client(key.secret().orElseThrow());

            Resource order = client.resources()
                    .create("Order 4711")
                    .idempotencyKey("order-4711")
                    .call();
            Resource again = client.resources()
                    .create("Order 4711")
                    .idempotencyKey("order-4711")
                    .call();

            String started = client.startJob("count", Json.of(Map.of())).call().jobId();
            Job counted = client.job(started, Duration.ofSeconds(30)).call();
            Object orders = counted.result().orElseThrow().asMap().get("orders");
            return order.name() + " was created " + (order.equals(again) ? "once" : "twice") + ", and there is "
                    + orders + " order.";
        }
    }

    private static Json count(PlinthClient shop) {
        return Json.of(Map.of("orders", shop.resources().list().call().data().size()));
    }
}
