package dev.plinth.consumer;

import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.OperationContext;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.spring.PlinthJob;
import dev.plinth.engine.spring.PlinthListener;
import dev.plinth.engine.spring.PlinthOperation;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.springframework.stereotype.Component;

/** The handlers of the application. */
@Component
class Desk {
    final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final PlinthClient client;

    Desk(PlinthClient client) {
        this.client = client;
    }

    @PlinthJob("greet")
    Json greet(JobContext job) {
        return Json.of(Map.of("text", "Hello " + job.input().asMap().get("name")));
    }

    /** Ships an order: a shipment, the changed order and an event, in one record with the end of the job. */
    @PlinthJob("ship")
    Json ship(JobContext job) {
        String order = job.resourceId().orElseThrow();
        String shipment = job.effects().create(NewResource.of("Shipment of " + order));
        Json shipped = Json.of(Map.of("shipment", shipment));
        job.effects().patch(order, ResourceChange.NONE.withData(shipped));
        job.effects().publish(NewEvent.of("order.shipped", shipped).about(order));
        return shipped;
    }

    @PlinthOperation("shout")
    OperationResult shout(OperationContext call) {
        return OperationResult.of(Json.of(Map.of("text", call.resource().asMap().get("name") + "!")));
    }

    @PlinthListener("desk")
    void on(EventContext context, Event event) {
        if (event.type().startsWith("resource.")) {
            seen.add(event.type());
        }
    }
}
