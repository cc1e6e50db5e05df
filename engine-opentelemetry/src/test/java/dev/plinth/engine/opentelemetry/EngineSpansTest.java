package dev.plinth.engine.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.OperationContext;
import dev.plinth.engine.testkit.PlinthTestServer;
import dev.plinth.engine.testkit.ReceivedWebhook;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spans of the engine in an exporter in memory: a client over a socket, a job, and a receiver of webhooks. */
@Timeout(120)
class EngineSpansTest {
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = sdk(Sampler.parentBased(Sampler.alwaysOn()));
    private final Tracer tracer = sdk.getTracer("test");
    private final PlinthTestServer plinth = start(sdk);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        plinth.close();
        sdk.close();
    }

    @Test
    void traceOfAClient_isSeenInTheCallTheJobAndTheWebhook() throws Exception {
        plinth.client()
                .createWebhook(plinth.sink().uri().toString(), "parcel.shipped")
                .call();
        Span client =
                tracer.spanBuilder("checkout").setSpanKind(SpanKind.CLIENT).startSpan();

        assertThat(post(client, "/v1/jobs", "{\"type\":\"ship\",\"input\":{}}").statusCode())
                .isEqualTo(202);
        client.end();
        plinth.clock().advance(Duration.ofSeconds(1));

        ReceivedWebhook webhook = plinth.sink().await(1).get(0);
        SpanData call = await("POST /v1/jobs");
        SpanData job = await("process ship");
        SpanData delivery = await("POST");
        assertThat(List.of(call.getTraceId(), job.getTraceId(), delivery.getTraceId()))
                .containsOnly(client.getSpanContext().getTraceId());
        assertThat(call.getParentSpanId()).isEqualTo(client.getSpanContext().getSpanId());
        assertThat(job.getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(delivery.getParentSpanId()).isEqualTo(job.getSpanId());
        assertThat(webhook.headers())
                .containsEntry("traceparent", "00-" + delivery.getTraceId() + "-" + delivery.getSpanId() + "-01");
        assertThat(List.of(call.getKind(), job.getKind(), delivery.getKind()))
                .containsExactly(SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.CLIENT);
        assertThat(call.getInstrumentationScopeInfo().getName()).isEqualTo(EngineSpans.INSTRUMENTATION);
    }

    @Test
    void stateOfAClientsTrace_isInTheCallTheJobAndTheWebhook() throws Exception {
        plinth.client()
                .createWebhook(plinth.sink().uri().toString(), "parcel.shipped")
                .call();
        TraceState state =
                TraceState.builder().put("rojo", "1").put("congo", "2").build();
        Span client = Span.wrap(SpanContext.create(
                "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", TraceFlags.getSampled(), state));

        assertThat(post(client, "/v1/jobs", "{\"type\":\"ship\",\"input\":{}}").statusCode())
                .isEqualTo(202);
        plinth.clock().advance(Duration.ofSeconds(1));

        assertThat(plinth.sink().await(1).get(0).headers()).containsEntry("tracestate", "congo=2,rojo=1");
        for (String name : List.of("POST /v1/jobs", "process ship", "POST")) {
            SpanData span = await(each -> each.getName().equals(name)
                    && each.getTraceId().equals(client.getSpanContext().getTraceId()));
            assertThat(span.getSpanContext().getTraceState()).as(name).isEqualTo(state);
        }
    }

    @Test
    void spans_haveTheAttributesOfTheConventions() throws Exception {
        plinth.client()
                .createWebhook(plinth.sink().uri().toString(), "parcel.shipped")
                .call();
        post(Span.getInvalid(), "/v1/jobs", "{\"type\":\"ship\",\"input\":{}}");
        plinth.clock().advance(Duration.ofSeconds(1));

        SpanData call = await("POST /v1/jobs");
        SpanData job = await("process ship");
        SpanData delivery = await("POST");
        String workspace = plinth.workspace().id();
        assertThat(text(call, "http.request.method")).isEqualTo("POST");
        assertThat(text(call, "http.route")).isEqualTo("/v1/jobs");
        assertThat(call.getAttributes().get(STATUS)).isEqualTo(202);
        assertThat(text(call, "plinth.request.id")).startsWith("req_");
        assertThat(text(job, "messaging.system")).isEqualTo("plinth");
        assertThat(text(job, "messaging.operation.type")).isEqualTo("process");
        assertThat(text(job, "messaging.destination.name")).isEqualTo("ship");
        assertThat(text(job, "messaging.message.id")).startsWith("job_");
        assertThat(job.getAttributes().get(AttributeKey.longKey("plinth.job.attempt")))
                .isEqualTo(1);
        assertThat(text(delivery, "plinth.event.type")).isEqualTo("parcel.shipped");
        assertThat(text(delivery, "plinth.delivery.id")).startsWith("dlv_");
        assertThat(text(delivery, "plinth.endpoint.id")).startsWith("we_");
        assertThat(delivery.getAttributes().get(STATUS)).isEqualTo(200);
        for (SpanData span : List.of(call, job, delivery)) {
            assertThat(text(span, "plinth.workspace.id")).isEqualTo(workspace);
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(span.getAttributes().get(ERROR_TYPE)).isNull();
            assertThat(AttributeKeysTest.keys(AttributeKeys.class))
                    .containsAll(span.getAttributes().asMap().keySet());
        }
    }

    @Test
    void spanOfACall_namesThePathAndTheServer() throws Exception {
        String resource = plinth.client().resources().create("A").call().id();
        post(Span.getInvalid(), "/v1/resources/" + resource + "/operations/weigh?trace=no", "{}");

        SpanData call = await(span -> span.getKind() == SpanKind.SERVER
                && span.getName().equals("POST /v1/resources/{id}/operations/{name}"));
        assertThat(text(call, "url.path")).isEqualTo("/v1/resources/" + resource + "/operations/weigh");
        assertThat(text(call, "url.scheme")).isEqualTo("http");
        assertThat(text(call, "server.address")).isEqualTo(plinth.uri().getHost());
        assertThat(call.getAttributes().get(PORT)).isEqualTo(plinth.uri().getPort());
    }

    @Test
    void spanOfADelivery_namesTheReceiverWithoutItsSecrets() throws Exception {
        plinth.client()
                .createWebhook(plinth.sink().uri() + "?token=wtok_51&wtok_52", "parcel.shipped")
                .call();
        post(Span.getInvalid(), "/v1/jobs", "{\"type\":\"ship\",\"input\":{}}");
        plinth.clock().advance(Duration.ofSeconds(1));

        SpanData delivery = await("POST");
        assertThat(text(delivery, "http.request.method")).isEqualTo("POST");
        assertThat(text(delivery, "url.full")).isEqualTo(plinth.sink().uri() + "?token=REDACTED&REDACTED");
        assertThat(text(delivery, "server.address"))
                .isEqualTo(plinth.sink().uri().getHost());
        assertThat(delivery.getAttributes().get(PORT))
                .isEqualTo(plinth.sink().uri().getPort());
        assertThat(delivery.getAttributes().get(AttributeKey.longKey("http.request.resend_count")))
                .isNull();
    }

    @Test
    void handlersOfAJobAndAnOperation_haveTheirSpanAsTheCurrentOne() throws Exception {
        String resource = plinth.client().resources().create("A").call().id();
        post(Span.getInvalid(), "/v1/resources/" + resource + "/operations/weigh", "{}");
        post(Span.getInvalid(), "/v1/jobs", "{\"type\":\"ship\",\"input\":{}}");
        plinth.clock().advance(Duration.ofSeconds(1));

        SpanData job = await("process ship");
        SpanData operation = await("POST /v1/resources/{id}/operations/{name}");
        assertThat(await("pack").getParentSpanId()).isEqualTo(job.getSpanId());
        assertThat(await("scale").getParentSpanId()).isEqualTo(operation.getSpanId());
        SpanData inside = await("GET /v1/workspace");
        assertThat(inside.getParentSpanId())
                .as("a call of the handler by its client")
                .isEqualTo(job.getSpanId());
        assertThat(inside.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    @SuppressWarnings("try")
    void callOfTheHost_isAChildOfTheSpanThatIsCurrent() {
        Span host = tracer.spanBuilder("host").startSpan();
        try (Scope scope = host.makeCurrent()) {
            plinth.client().workspace().call();
        }
        host.end();

        assertThat(await("GET /v1/workspace").getParentSpanId())
                .isEqualTo(host.getSpanContext().getSpanId());
    }

    @Test
    @SuppressWarnings("try")
    void operationThatTheHostSubmits_isAChildOfTheSpanThatIsCurrent() {
        String resource = plinth.client().resources().create("A").call().id();
        Span host = tracer.spanBuilder("host").startSpan();
        try (Scope scope = host.makeCurrent()) {
            plinth.client()
                    .resources()
                    .run(resource, "weigh", Json.EMPTY_OBJECT)
                    .submit()
                    .join();
        }
        host.end();

        SpanData operation = await("POST /v1/resources/{id}/operations/{name}");
        assertThat(operation.getParentSpanId()).isEqualTo(host.getSpanContext().getSpanId());
        assertThat(await("scale").getParentSpanId()).isEqualTo(operation.getSpanId());
    }

    @Test
    void failures_areErrorsOfTheirSpan_andRefusalsAreNot() throws Exception {
        plinth.client()
                .createWebhook(plinth.sink().uri().toString(), "job.failed")
                .call();
        plinth.sink().reply(503);
        post(Span.getInvalid(), "/v1/jobs", "{\"type\":\"lose\",\"input\":{}}");
        post(Span.getInvalid(), "/v1/jobs", "{\"type\":7}");
        plinth.clock().advance(Duration.ofSeconds(1));
        plinth.clock().advance(Duration.ofMinutes(5));

        SpanData job = await("process lose");
        assertThat(job.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(job.getAttributes().get(ERROR_TYPE)).isEqualTo("no_stock");
        SpanData failed =
                await(span -> span.getName().equals("POST") && span.getStatus().getStatusCode() == StatusCode.ERROR);
        assertThat(failed.getAttributes().get(ERROR_TYPE)).isEqualTo("503");
        SpanData second =
                await(span -> span.getName().equals("POST") && span.getStatus().getStatusCode() == StatusCode.UNSET);
        assertThat(second.getAttributes().get(AttributeKey.longKey("http.request.resend_count")))
                .isEqualTo(1);
        SpanData refused =
                await(span -> Long.valueOf(422).equals(span.getAttributes().get(STATUS)));
        assertThat(text(refused, "plinth.problem.code")).isEqualTo("validation_failed");
        assertThat(refused.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void traceThatIsNotSampled_staysSo() throws Exception {
        plinth.client()
                .createWebhook(plinth.sink().uri().toString(), "parcel.shipped")
                .call();
        exporter.reset();
        HttpRequest request = request("/v1/jobs", "{\"type\":\"ship\",\"input\":{}}")
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
                .build();
        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        plinth.clock().advance(Duration.ofSeconds(1));

        assertThat(plinth.sink().await(1).get(0).headers().get("traceparent"))
                .startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
                .endsWith("-00");
        assertThat(exporter.getFinishedSpanItems())
                .noneMatch(span -> span.getTraceId().equals("4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    @Test
    void engine_ofAPlainHost_makesSpans() {
        OpenTelemetry openTelemetry = sdk;
        try (Engine engine =
                Engine.builder().observer(new EngineSpans(openTelemetry)).open()) {
            engine.admin().createWorkspace("acme", "pro").call();
        }
        assertThat(await("POST /admin/v1/workspaces").hasEnded()).isTrue();
    }

    @Test
    void openTelemetryWithoutASdk_changesNothing() {
        try (PlinthTestServer other = start(OpenTelemetry.noop())) {
            other.client()
                    .createWebhook(other.sink().uri().toString(), "parcel.shipped")
                    .call();
            other.client().startJob("ship", Json.EMPTY_OBJECT).call();
            other.clock().advance(Duration.ofSeconds(1));

            assertThat(other.sink().await(1).get(0).headers()).doesNotContainKey("traceparent");
        }
    }

    private OpenTelemetrySdk sdk(Sampler sampler) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .build();
    }

    private PlinthTestServer start(OpenTelemetry openTelemetry) {
        return PlinthTestServer.builder()
                .engine(builder -> builder.observer(new EngineSpans(openTelemetry))
                        .jobHandler("ship", this::ship)
                        .jobHandler("lose", job -> {
                            throw new JobFailure("no_stock", "None is left.", false);
                        })
                        .operation("weigh", this::weigh))
                .start();
    }

    private Json ship(JobContext job) {
        tracer.spanBuilder("pack").startSpan().end();
        job.workspace().workspace().call();
        job.effects().publish(NewEvent.of("parcel.shipped", Json.EMPTY_OBJECT));
        return Json.EMPTY_OBJECT;
    }

    private OperationResult weigh(OperationContext operation) {
        tracer.spanBuilder("scale").startSpan().end();
        return OperationResult.of(Json.EMPTY_OBJECT);
    }

    private HttpResponse<String> post(Span cause, String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path, body);
        W3CTraceContextPropagator.getInstance()
                .inject(Context.root().with(cause), request, (carrier, name, value) -> carrier.header(name, value));
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(plinth.uri().resolve(path))
                .header("Authorization", "Bearer " + plinth.apiKey())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private SpanData await(String name) {
        return await(span -> span.getName().equals(name));
    }

    private SpanData await(Predicate<SpanData> which) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (exporter.getFinishedSpanItems().stream().noneMatch(which)) {
            assertThat(System.nanoTime())
                    .as("%s", exporter.getFinishedSpanItems())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
        return exporter.getFinishedSpanItems().stream()
                .filter(which)
                .findFirst()
                .orElseThrow();
    }

    private static String text(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }
}
