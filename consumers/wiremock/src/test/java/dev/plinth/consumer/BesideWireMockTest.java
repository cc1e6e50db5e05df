package dev.plinth.consumer;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import dev.plinth.engine.testkit.PlinthTestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Both servers in one JVM, each on its own Jetty: WireMock receives what the engine sends. */
public class BesideWireMockTest {
    private final WireMockServer wireMock = new WireMockServer(options().dynamicPort());
    private PlinthTestServer plinth;

    @Before
    public void start() {
        wireMock.start();
        wireMock.stubFor(post(anyUrl()).willReturn(noContent()));
        plinth = PlinthTestServer.start();
    }

    @After
    public void close() {
        plinth.close();
        wireMock.stop();
    }

    @Test
    public void webhook_ofAChangeOverHttp_arrivesAtWireMock() throws Exception {
        plinth.client().createWebhook(wireMock.baseUrl() + "/hook", "resource.created").call();
        HttpRequest create = HttpRequest.newBuilder(URI.create(plinth.uri() + "/v1/resources"))
                .header("Authorization", "Bearer " + plinth.apiKey())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\":\"order-1\"}"))
                .build();

        int status = HttpClient.newHttpClient().send(create, BodyHandlers.ofString()).statusCode();
        plinth.clock().advance(Duration.ofSeconds(1));

        assertThat(status).isEqualTo(201);
        wireMock.verify(1, postRequestedFor(urlEqualTo("/hook"))
                .withHeader("webhook-signature", WireMock.matching("v1,.+"))
                .withRequestBody(WireMock.containing("order-1")));
    }

    @Test
    public void jupiter_isNotOnThisClassPath() {
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> Class.forName("org.junit.jupiter.api.Test"));
    }
}
