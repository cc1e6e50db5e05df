package dev.plinth.consumer;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import java.util.Map;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers over Spring's own web server with what the engine has committed. */
@RestController
class OrdersController {
    private final PlinthClient client;

    OrdersController(PlinthClient client) {
        this.client = client;
    }

    /** Places an order and answers its id. */
    @PostMapping("/orders/{name}/{pieces}")
    String place(@PathVariable("name") String name, @PathVariable("pieces") int pieces) {
        NewResource order = NewResource.of(name).ofType("order").withData(Json.of(Map.of("pieces", pieces)));
        return client.resources().create(order).idempotencyKey(name).call().id();
    }
}
