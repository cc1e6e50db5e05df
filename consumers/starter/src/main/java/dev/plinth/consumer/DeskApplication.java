package dev.plinth.consumer;

import dev.plinth.engine.Engine;
import dev.plinth.engine.settings.FirstStart;
import dev.plinth.engine.handler.GuardedRequest;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.spring.GuardFilter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** An application whose engine comes from the starter, and whose own web server answers the wire. */
@SpringBootApplication
public class DeskApplication {
    public static void main(String[] args) {
        SpringApplication.run(DeskApplication.class, args);
    }

    @Bean
    PlinthClient client(Engine engine) {
        String workspace = engine.firstStart()
                .map(FirstStart::workspaceId)
                .orElseGet(() -> engine.admin().workspaces().call().data().get(0).id());
        return engine.workspace(workspace);
    }

    /** Guards the payments, which answer to the keys of the wire. */
    @Bean
    GuardFilter guard(Engine engine) {
        return new GuardFilter(engine.guard().scope(Scope.RESOURCES_WRITE).requiresKey(), "/payments/{order}");
    }

    /** A guarded route: the reply, the paid order and the job that ships it are one record. */
    @RestController
    static class PaymentsController {
        final AtomicInteger runs = new AtomicInteger();

        /** Takes the payment of an order and returns what it has made. */
        @PostMapping("/payments/{order}")
        Map<String, Object> pay(
                @PathVariable("order") String order, @RequestAttribute(GuardFilter.REQUEST) GuardedRequest call) {
            runs.incrementAndGet();
            String id = call.effects().create(NewResource.of(order));
            String job = call.effects().startJob(NewJob.of("ship").onResource(id));
            return Map.of("order", id, "job", job);
        }
    }

    /** Values of the engine as bodies of the application's own routes. */
    @RestController
    static class ValuesController {
        private final PlinthClient client;

        ValuesController(PlinthClient client) {
            this.client = client;
        }

        @PostMapping("/values/resources")
        Resource create(@RequestBody NewResource input) {
            return client.resources().create(input).call();
        }

        @GetMapping("/values/jobs/{id}")
        Job job(@PathVariable("id") String id) {
            return client.job(id).call();
        }

        @GetMapping("/values/resources")
        List<Resource> all() {
            return client.resources().list().call().data();
        }
    }

    /** A controller of the application's own. */
    @RestController
    static class TicketsController {
        private final PlinthClient client;

        TicketsController(PlinthClient client) {
            this.client = client;
        }

        /** Opens a ticket. A refusal by the engine reaches the caller as it is. */
        @PostMapping("/tickets/{name}")
        Map<String, Object> open(@PathVariable("name") String name) {
            return client.resources()
                    .create(name)
                    .idempotencyKey(name)
                    .call()
                    .json()
                    .asMap();
        }

        /** Pauses a ticket. */
        @PostMapping("/tickets/{id}/pause")
        Map<String, Object> pause(@PathVariable("id") String id) {
            return Json.of(Map.of(
                            "status",
                            client.resources().pause(id).call().status().wireName()))
                    .asMap();
        }
    }
}
