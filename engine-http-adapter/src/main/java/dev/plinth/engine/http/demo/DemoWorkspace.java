package dev.plinth.engine.http.demo;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.client.PlinthClient;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * The workspace of the demonstration, a shop with orders. What it does depends on the number of the step alone, so that pictures of it are
 * alike. Not thread-safe.
 */
final class DemoWorkspace {
    private static final int ORDERS_FIRST = 12;

    /** Orders that are kept. With one more the oldest is deleted. */
    private static final int ORDERS_MAX = 30;

    private static final int NUMBER_FIRST = 4711;
    private static final List<String> CUSTOMERS =
            List.of("Ada's Books", "Brücke & Söhne", "Café Lumière", "Dunder Paper", "Estúdio Norte");
    private static final List<String> GOODS = List.of("Desk lamp", "Oak shelf", "Wool rug", "Steel kettle", "Notebook");

    private final Deque<String> orders = new ArrayDeque<>();
    private final AdminClient admin;
    private final PlinthClient shop;
    private final PlinthClient reader;
    private final String partner;
    private int made;

    private DemoWorkspace(AdminClient admin, PlinthClient shop, PlinthClient reader, String partner) {
        this.admin = admin;
        this.shop = shop;
        this.reader = reader;
        this.partner = partner;
    }

    /** Fills a workspace and makes others beside it. */
    static DemoWorkspace fill(Engine engine, String workspaceId, DemoReceiver receiver) {
        AdminClient admin = engine.admin();
        String acme = admin.rename(workspaceId, "Acme Shop").call().id();
        String plan = admin.changePlan(acme, "business").call().plan();
        String partner = admin.createWorkspace("Globex Logistics", plan).call().id();
        String suspended =
                admin.createWorkspace("Initech (in arrears)", "starter").call().id();
        PlinthClient shop = engine.client(secret(admin, acme, "shop backend"));
        PlinthClient reader = engine.client(secret(admin, acme, "reporting", Scope.RESOURCES_READ, Scope.JOBS_READ));
        DemoWorkspace world = new DemoWorkspace(admin, shop, reader, partner);
        world.begin(receiver, engine.client(secret(admin, partner, "logistics")), suspended);
        return world;
    }

    private static String secret(AdminClient admin, String workspace, String name, Scope... scopes) {
        NewKey all = NewKey.of(name);
        return admin.createKey(workspace, scopes.length == 0 ? all : all.withScopes(scopes))
                .call()
                .secret()
                .orElseThrow();
    }

    private void begin(DemoReceiver receiver, PlinthClient logistics, String suspended) {
        endpoint(receiver, DemoReceiver.STEADY, "Warehouse", "resource.*", "child.*");
        endpoint(receiver, DemoReceiver.SHAKY, "Billing, restarts now and then", "payment.*", "job.*");
        for (int i = 0; i < ORDERS_FIRST; i++) {
            order();
        }
        shop.shares(orders.getLast()).grant(partner, Role.EDITOR).call();
        String tour = logistics
                .resources()
                .create(NewResource.of("Delivery tour North").ofType("tour"))
                .call()
                .id();
        String acme = shop.workspace().call().id();
        logistics.shares(tour).grant(acme, Role.READER).call();
        shop.resources().pause(orders.getFirst()).call();
        shop.keys().revoke(shop.keys().create("old integration").call().id()).call();
        for (int pages : List.of(60, 25, 140)) {
            job(DemoJobs.REPORT, "pages", pages);
        }
        job(DemoJobs.EXPORT, "failures", 0);
        shop.startJob(NewJob.of(DemoJobs.EXPORT, Json.of(Map.of("failures", 9))).withMaxAttempts(1))
                .call();
        job(DemoJobs.UNHANDLED, "minutes", 3);
        payment();
        payment();
        refused(() -> shop.resources().create("").call());
        refused(() -> reader.resources().create("Not with this key").call());
        admin.suspend(suspended).call();
    }

    private void endpoint(DemoReceiver receiver, String path, String description, String... types) {
        WebhookEndpoint endpoint = shop.webhooks()
                .create(NewWebhookEndpoint.of(receiver.url(path), types).withDescription(description))
                .call();
        receiver.verify(path, endpoint.secret().orElseThrow());
    }

    private void order() {
        int number = NUMBER_FIRST + made;
        String customer = CUSTOMERS.get(made % CUSTOMERS.size());
        Json data =
                Json.of(Map.<String, Object>of("customer", customer, "total", 20 + made * 7 % 180, "currency", "EUR"));
        String id = shop.resources()
                .create(NewResource.of("Order " + number)
                        .ofType("order")
                        .withData(data)
                        .withMetadata(Map.of("region", made % 2 == 0 ? "north" : "south")))
                .call()
                .id();
        for (int line = 1; line <= 1 + made % 2; line++) {
            shop.children(id)
                    .create(NewResource.of(GOODS.get((made + line) % GOODS.size()))
                            .ofType("line")
                            .withData(Json.of(Map.<String, Object>of("quantity", line, "price", 19))))
                    .call();
        }
        orders.addLast(id);
        made++;
    }

    private void job(String type, String member, int value) {
        shop.startJob(type, Json.of(Map.<String, Object>of(member, value))).call();
    }

    private void payment() {
        Json data = Json.of(Map.<String, Object>of("amount", 20 + made * 7 % 180, "currency", "EUR"));
        shop.publish(NewEvent.of("payment.processed", data).about(orders.getLast()))
                .call();
    }

    /** Makes a call that is meant to be refused, so that the log of requests has some to explain. */
    private static void refused(Runnable call) {
        try {
            call.run();
        } catch (PlinthException expected) {
            // The log of requests has it.
        }
    }

    /** Does the step of a number. A step whose objects a user has changed or deleted may be refused, which ends it. */
    void step(int number) {
        try {
            take(number);
        } catch (PlinthException changedByAUser) {
            // The next step goes on with other objects.
        }
    }

    private void take(int number) {
        switch (number % 10) {
            case 0 -> order();
            case 1 -> job(DemoJobs.REPORT, "pages", 20 + number % 40);
            case 2 ->
                shop.resources()
                        .update(orders.getLast(), ResourceChange.NONE.withData(Json.of(Map.of("packed", true))))
                        .call();
            case 3, 8 -> payment();
            case 4 -> shop.resources().pause(orders.getLast()).call();
            case 5 -> job(DemoJobs.EXPORT, "failures", number % 3);
            case 6 -> shop.resources().resume(orders.getLast()).call();
            case 7 ->
                refused(() -> reader.resources().create("Not with this key").call());
            default -> deleteOldest();
        }
    }

    private void deleteOldest() {
        if (orders.size() > ORDERS_MAX) {
            String oldest = orders.removeFirst();
            shop.resources().archive(oldest).call();
            String unused = shop.resources().delete(oldest).call();
        }
    }
}
