package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.TraceParent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The trace of a call goes with its jobs, its events and their webhooks. */
@Timeout(120)
class TraceTest {
    private static final TraceParent TRACE =
            TraceParent.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);

    /** The trace that each part of the host's code was given. */
    private final Map<String, Optional<TraceParent>> given = new ConcurrentHashMap<>();

    /** The header of each webhook by the type of its event. */
    private final Map<String, Optional<TraceParent>> sent = new ConcurrentHashMap<>();

    private final CountDownLatch mayRun = new CountDownLatch(1);

    @Test
    void call_withTraceparent_itsJobAndAllThatFollowsAreOfTheTrace() throws Exception {
        try (TestEngine engine = open(null)) {
            mayRun.countDown();
            engine.endpoint();

            Reply reply = traced(engine, "/v1/jobs", "{\"type\":\"ship\",\"input\":{}}");

            assertThat(reply.status()).as(reply.text()).isEqualTo(202);
            await(engine, "order.shipped", "job.succeeded");
            assertThat(given).containsEntry("job", Optional.of(TRACE));
            assertThat(given.get("listener").orElseThrow().traceId()).isEqualTo(TRACE.traceId());
            for (String type : List.of("order.shipped", "job.succeeded")) {
                TraceParent header = sent.get(type).orElseThrow();
                assertThat(header.traceId()).isEqualTo(TRACE.traceId());
                assertThat(header.spanId()).isNotEqualTo(TRACE.spanId());
                assertThat(header.sampled()).isTrue();
            }
            assertThat(sent.get("order.shipped").orElseThrow().spanId())
                    .isNotEqualTo(sent.get("job.succeeded").orElseThrow().spanId());
        }
    }

    @Test
    void operation_withTraceparent_isGivenItAndSoAreItsEffects() throws Exception {
        try (TestEngine engine = open(null)) {
            engine.endpoint();
            String resource = TestEngine.id(traced(engine, "/v1/resources", "{\"name\":\"a\"}"));

            Reply reply = traced(engine, "/v1/resources/" + resource + "/operations/weigh", "{}");

            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            await(engine, "resource.created", "order.weighed");
            assertThat(given).containsEntry("operation", Optional.of(TRACE));
            assertThat(sent.get("resource.created").orElseThrow().traceId()).isEqualTo(TRACE.traceId());
            assertThat(sent.get("order.weighed").orElseThrow().traceId()).isEqualTo(TRACE.traceId());
        }
    }

    @Test
    void restart_betweenCallAndJob_keepsTheTrace(@TempDir Path directory) throws Exception {
        try (TestEngine engine = open(directory)) {
            engine.endpoint();
            traced(engine, "/v1/jobs", "{\"type\":\"ship\",\"input\":{},\"runAt\":\"2026-01-02T00:00:00Z\"}");
            mayRun.countDown();

            engine.reopen();
            engine.days(2);

            await(engine, "job.succeeded");
            assertThat(given).containsEntry("job", Optional.of(TRACE));
            assertThat(sent.get("job.succeeded").orElseThrow().traceId()).isEqualTo(TRACE.traceId());
        }
    }

    @Test
    void worker_endsAJobWithoutTraceparent_theEventIsOfTheTraceOfTheJob() throws Exception {
        try (TestEngine engine = open(null)) {
            engine.endpoint();
            String job = TestEngine.id(traced(engine, "/v1/jobs", "{\"type\":\"leased\",\"input\":{}}"));
            String lease = engine.call("POST", "/v1/jobs/lease", "{\"types\":[\"leased\"]}")
                    .text();
            String token = lease.replaceAll("(?s).*\"leaseToken\":\"([^\"]+)\".*", "$1");

            Reply reply = engine.call(
                    "POST", "/v1/jobs/" + job + "/complete", "{\"leaseToken\":\"" + token + "\",\"result\":{}}");

            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            await(engine, "job.succeeded");
            assertThat(sent.get("job.succeeded").orElseThrow().traceId()).isEqualTo(TRACE.traceId());
        }
    }

    @Test
    void call_withoutOrWithMalformedTraceparent_isAnsweredAndHasNoTrace() throws Exception {
        try (TestEngine engine = open(null)) {
            mayRun.countDown();
            engine.endpoint();

            Reply reply = engine.engine()
                    .call(Call.of("POST", "/v1/jobs")
                            .withKey(engine.key())
                            .withHeader("traceparent", TRACE.toString().toUpperCase(Locale.ROOT))
                            .withBody(Json.of("{\"type\":\"ship\",\"input\":{}}")));

            assertThat(reply.status()).isEqualTo(202);
            await(engine, "order.shipped", "job.succeeded");
            assertThat(given).containsEntry("job", Optional.empty()).containsEntry("listener", Optional.empty());
            assertThat(sent).containsEntry("order.shipped", Optional.empty());
        }
    }

    private TestEngine open(Path directory) {
        TestEngine engine = TestEngine.open(builder -> {
            if (directory != null) {
                builder.directory(directory);
            }
            builder.jobHandler("ship", job -> {
                        assertThat(mayRun.await(60, TimeUnit.SECONDS)).isTrue();
                        given.put("job", job.traceParent());
                        job.effects().publish("order.shipped", Json.EMPTY_OBJECT);
                        return Json.EMPTY_OBJECT;
                    })
                    .operation("weigh", operation -> {
                        given.put("operation", operation.traceParent());
                        operation.effects().publish("order.weighed", Json.EMPTY_OBJECT);
                        return OperationResult.of(Json.EMPTY_OBJECT);
                    })
                    .listener("watch", (context, event) -> given.put("listener", context.traceParent()));
        });
        engine.hear(body -> sent.put(
                body.replaceAll("(?s)^[^,]+,\"type\":\"([^\"]+)\".*", "$1"),
                TraceParent.parse(engine.lastHeader(TraceParent.HEADER))));
        return engine;
    }

    private static Reply traced(TestEngine engine, String path, String body) {
        return engine.engine()
                .call(Call.of("POST", path)
                        .withKey(engine.key())
                        .withHeader(TraceParent.HEADER, TRACE.toString())
                        .withBody(Json.of(body)));
    }

    private void await(TestEngine engine, String... types) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!sent.keySet().containsAll(List.of(types)) || !given.containsKey("listener")) {
            assertThat(System.nanoTime()).as("sent " + sent).isLessThan(deadline);
            engine.pass(Duration.ofSeconds(1));
            new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
        }
    }
}
