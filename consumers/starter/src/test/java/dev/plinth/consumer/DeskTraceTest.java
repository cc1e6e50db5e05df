package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.Engine;
import dev.plinth.engine.client.PlinthClient;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** A trace that begins in a client goes through the application's server and a job to the receiver of a webhook. */
class DeskTraceTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    /** Not annotated, so that the scan of the application does not find it. */
    static class Tracing {
        static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();

        @Bean
        OpenTelemetry openTelemetry() {
            return OpenTelemetrySdk.builder()
                    .setTracerProvider(SdkTracerProvider.builder()
                            .addSpanProcessor(SimpleSpanProcessor.create(SPANS))
                            .build())
                    .build();
        }
    }

    @Test
    void traceOfAClient_isSeenInTheSpansAndTheWebhook() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            received.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try (ConfigurableApplicationContext desk = new SpringApplicationBuilder(DeskApplication.class, Tracing.class)
                .run(
                        "--server.port=0",
                        "--plinth.create-default-workspace=true",
                        "--plinth.wire.enabled=true",
                        "--plinth.webhooks.allow=127.0.0.0/8")) {
            desk.getBean(PlinthClient.class)
                    .createWebhook("http://127.0.0.1:" + receiver.getAddress().getPort() + "/", "job.succeeded")
                    .call();
            String port = desk.getEnvironment().getProperty("local.server.port");
            HttpRequest start = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/jobs"))
                    .header("Authorization", "Bearer " + desk.getBean(Engine.class).firstStart().orElseThrow().key())
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .POST(BodyPublishers.ofString("{\"type\":\"greet\",\"input\":{\"name\":\"Ada\"}}"))
                    .build();
            assertThat(HttpClient.newHttpClient().send(start, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(202);

            assertThat(received.poll(60, TimeUnit.SECONDS)).startsWith("00-" + TRACE + "-");
            // The context closes the SDK, which empties its exporter.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!names().containsAll(List.of("POST /v1/jobs", "process greet", "POST"))) {
                assertThat(System.nanoTime()).as("%s", names()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        } finally {
            receiver.stop(0);
        }
    }

    private static List<String> names() {
        return Tracing.SPANS.getFinishedSpanItems().stream()
                .filter(span -> span.getTraceId().equals(TRACE))
                .map(SpanData::getName)
                .toList();
    }
}
