package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.Engine;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Workspace;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.util.VersionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every feature that has a library of its own, in a host that has each of these libraries in an older version. */
class BesideOldVersionsTest {
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"pieces\":{\"type\":\"integer\",\"minimum\":1}}}";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private HttpServer receiver;
    private Engine engine;
    private PlinthClient client;

    @BeforeEach
    void open() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        receiver.createContext("/", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        engine = Engine.builder()
                .inMemory()
                .tables(Tables.OFF_HEAP)
                .maxResources(10_000)
                .webhookAllow("127.0.0.0/8")
                .resourceType("order", Json.of(SCHEMA))
                .jobHandler("greet", job -> job.input())
                .listener("log", (workspace, event) -> heard.add(event.type()))
                .open();
        Workspace workspace = engine.admin().createWorkspace("acme", "business").call();
        client = engine.client(engine.admin()
                .createKey(workspace.id(), "key")
                .call()
                .secret()
                .orElseThrow());
    }

    @AfterEach
    void close() {
        engine.close();
        receiver.stop(0);
    }

    @Test
    void engine_withAllItsLibraries_works() throws Exception {
        client.createWebhook("http://127.0.0.1:" + receiver.getAddress().getPort(), "resource.created")
                .call();
        NewResource order = NewResource.of("order-1").ofType("order").withData(Json.of("{\"pieces\":1}"));
        client.resources().create(order).call();
        assertThat(received.poll(60, TimeUnit.SECONDS)).contains("order-1");
        assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("key.created");
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.resources()
                        .create(order.withData(Json.of("{\"pieces\":0}")))
                        .call())
                .withMessageContaining("must have a minimum value of 1");
    }

    /** More rings than a ring has slots: with another Disruptor they would never be free again. */
    @Test
    void listener_ofManyEvents_hearsAllOfThem() throws Exception {
        for (int i = 0; i < 5_000; i++) {
            client.publish("my.event", Json.EMPTY_OBJECT).call();
        }
        for (int left = 5_000; left > 0; ) {
            String type = heard.poll(60, TimeUnit.SECONDS);
            assertThat(type).isNotNull();
            left -= type.equals("my.event") ? 1 : 0;
        }
    }

    @Test
    void librariesOfTheHost_besideTheEngines_areItsOwn() throws Exception {
        assertThat(VersionInfo.loadVersionInfo("org.apache.hc.client5", null).getRelease())
                .startsWith("5.2.");
        try (CloseableHttpClient http = HttpClients.createDefault()) {
            HttpGet get = new HttpGet("http://127.0.0.1:" + receiver.getAddress().getPort());
            int status = http.execute(get, response -> response.getCode());
            assertThat(status).isEqualTo(204);
        }
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(SCHEMA)
                        .validate(new ObjectMapper().readTree("{\"pieces\":0}")))
                .hasSize(1);
        assertThat(Caffeine.newBuilder().maximumSize(1).build().asMap()).isEmpty();
        assertThatExceptionOfType(ClassNotFoundException.class)
                .as("Disruptor 4")
                .isThrownBy(() -> Class.forName("com.lmax.disruptor.RewindableException"));
    }
}
