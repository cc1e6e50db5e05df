package dev.plinth.consumer;

import dev.plinth.engine.Engine;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.http.EngineServer;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A web application with a durable engine in it, on the versions that its own Spring Boot manages. */
@SpringBootApplication
public class ShopApplication {
    private static final String ORDER =
            "{\"type\":\"object\",\"properties\":{\"pieces\":{\"type\":\"integer\",\"minimum\":1}},\"required\":[\"pieces\"]}";

    public static void main(String[] args) {
        SpringApplication.run(ShopApplication.class, args);
    }

    @Bean
    Engine engine(@Value("${shop.data}") Path data) {
        return Engine.builder()
                .directory(data)
                .webhookAllow("127.0.0.0/8")
                .resourceType("order", Json.of(ORDER))
                .jobHandler("greet", job -> Json.of(Map.of("text", "Hello " + job.input().asMap().get("name"))))
                .open();
    }

    @Bean
    EngineServer plinth(Engine engine) {
        return EngineServer.start(engine, "127.0.0.1", 0);
    }

    @Bean
    ApiKey apiKey(Engine engine) {
        Workspace workspace = engine.admin().createWorkspace("shop", "business").call();
        return engine.admin().createKey(workspace.id(), "shop").call();
    }

    @Bean
    PlinthClient client(Engine engine, ApiKey apiKey) {
        return engine.client(apiKey.secret().orElseThrow());
    }
}
