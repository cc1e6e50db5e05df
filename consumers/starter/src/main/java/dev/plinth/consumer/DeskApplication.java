package dev.plinth.consumer;

import dev.plinth.engine.Engine;
import dev.plinth.engine.FirstStart;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
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
