package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.testkit.Faults;
import dev.plinth.engine.testkit.PlinthServer;
import dev.plinth.engine.testkit.PlinthTest;
import dev.plinth.engine.testkit.WebhookSink;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A suite that takes the engine as it comes. */
@ExtendWith(CleanUp.class)
@PlinthTest
class AnnotatedTest {
    @BeforeEach
    void watch(PlinthServer server, WebhookSink sink) {
        CleanUp.watch(server, sink);
    }

    @Test
    void resource_created_isThereOnce(PlinthClient client) {
        Resource first = client.resources().create("Order 1").idempotencyKey("o-1").call();
        assertThat(client.resources().create("Order 1").idempotencyKey("o-1").call()).isEqualTo(first);
        assertThat(client.resources().list().call().data()).containsExactly(first);
    }

    @Test
    void webhook_refusedOnce_comesAgainWhenTheClockIsTurned(PlinthClient client, ManualClock clock, WebhookSink sink) {
        String secret = client.createWebhook(sink.uri().toString(), "resource.created")
                .call()
                .secret()
                .orElseThrow();
        sink.reply(500);
        client.resources().create("Order 1").call();
        clock.advance(Duration.ofHours(1));
        assertThat(sink.await(2)).allMatch(webhook -> webhook.isSignedWith(secret));
    }

    @Test
    void request_ofAFault_isRefused(PlinthServer server, Faults faults) throws Exception {
        faults.on("GET", "/v1/resources").refuseWith503(1);
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri() + "/v1/resources"))
                .header("Authorization", "Bearer " + server.apiKey())
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(503);
    }
}
