package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.settings.EngineObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The host's observer of calls, jobs and deliveries. */
@Timeout(120)
class ObserverTest {
    private static final TraceParent CLIENT =
            TraceParent.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);

    private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();
    private final AtomicLong ids = new AtomicLong(100);

    @Test
    void trace_ofAClient_goesThroughCallAndJobToTheWebhook() {
        ConcurrentLinkedQueue<String> headers = new ConcurrentLinkedQueue<>();
        try (TestEngine engine =
                TestEngine.open(builder -> builder.observer(this::span).jobHandler("ship", job -> {
                    assertThat(job.traceParent().orElseThrow().traceId()).isEqualTo(CLIENT.traceId());
                    return Json.EMPTY_OBJECT;
                }))) {
            engine.hear(body -> {
                if (body.contains("\"job.succeeded\"")) {
                    headers.add(engine.lastHeader(TraceParent.HEADER));
                }
            });
            engine.endpoint();

            Reply reply = start(engine, "ship");

            await(engine, () -> !headers.isEmpty() && ended(EngineObserver.DeliveryWork.class) > 0);
            assertThat(reply.status()).isEqualTo(202);
            Span call = last(EngineObserver.CallWork.class, CLIENT);
            Span job = last(EngineObserver.JobWork.class, call.own);
            Span delivery = last(EngineObserver.DeliveryWork.class, job.own);
            assertThat(headers.peek()).isEqualTo(delivery.own.toString());
            assertThat(((EngineObserver.CallWork) call.work).route()).isEqualTo("/v1/jobs");
            assertThat(call.end.status()).isEqualTo(202);
            assertThat(call.end.workspaceId()).isPresent();
            assertThat(((EngineObserver.JobWork) job.work).type()).isEqualTo("ship");
            assertThat(job.end.failure()).isEmpty();
            assertThat(((EngineObserver.DeliveryWork) delivery.work).url().getScheme())
                    .isEqualTo("http");
            assertThat(delivery.end.status()).isEqualTo(200);
        }
    }

    @Test
    void call_isToldWithItsTarget_butNotWithASecretInIt() {
        try (TestEngine engine = TestEngine.open(builder -> builder.observer(this::span))) {
            Call call = Call.of("GET", "/v1/resources?limit=1")
                    .withKey(engine.key())
                    .withHeader("Host", "example.com:8080");
            assertThat(engine.engine().call(call).status()).isEqualTo(200);
            assertThat(engine.status("/v1/jobs/sk_live_51abc")).isEqualTo(404);
            assertThat(engine.status("/v1/jobs/ab%73k_live_51abc")).isEqualTo(404);
            assertThat(engine.status("/v1/jobs/ab%2573k_live_51abc")).isEqualTo(404);

            List<EngineObserver.CallWork> calls = new ArrayList<>();
            spans.forEach(span -> calls.add((EngineObserver.CallWork) span.work));
            assertThat(calls)
                    .extracting(EngineObserver.CallWork::path)
                    .endsWith("/v1/resources", "/v1/jobs/sk_live_…", "/v1/jobs/absk_live_…", "/v1/jobs/ab…");
            EngineObserver.CallWork first = calls.get(calls.size() - 4);
            assertThat(first.authority()).contains("example.com:8080");
            assertThat(first.scheme()).as("a call that tells none").isEmpty();
        }
    }

    @Test
    void failures_ofCallsAndJobs_areTold() {
        try (TestEngine engine =
                TestEngine.open(builder -> builder.observer(this::span).jobHandler("fail", job -> {
                    throw new JobFailure("no_stock", "None is left.", false);
                }))) {
            start(engine, "fail");
            assertThat(engine.status("/v1/jobs/job_00000000000000000000000000")).isEqualTo(404);

            await(engine, () -> ended(EngineObserver.JobWork.class) == 1);
            List<Optional<String>> failures = new ArrayList<>();
            spans.forEach(span -> failures.add(span.end == null ? Optional.empty() : span.end.failure()));
            assertThat(failures).contains(Optional.of("no_stock"), Optional.of("not_found"));
        }
    }

    @Test
    void codeOfTheHost_runsInsideItsWork_andLeavesIt() {
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        ThreadLocal<EngineObserver.Work> current = new ThreadLocal<>();
        try (TestEngine engine = TestEngine.open(builder -> builder.observer(work -> entered(work, current))
                .jobHandler("fail", job -> {
                    seen.add("job " + ((EngineObserver.JobWork) current.get()).jobId());
                    throw new JobFailure("no_stock", "None is left.", false);
                })
                .operation("weigh", operation -> {
                    seen.add("operation " + ((EngineObserver.CallWork) current.get()).requestId());
                    throw new OperationRefused("Too heavy.");
                }))) {
            String job = TestEngine.id(start(engine, "fail"));
            String resource = engine.make("/v1/resources", "{\"name\":\"a\"}");
            await(engine, () -> seen.contains("job " + job));
            Reply weighed = engine.call("POST", "/v1/resources/" + resource + "/operations/weigh", "{}");
            assertThat(weighed.status()).isEqualTo(422);
            assertThat(seen).contains("operation " + weighed.header("Request-Id"));
            Reply guarded = engine.engine()
                    .guard()
                    .handle(Call.of("POST", "/pay").withKey(engine.key()), let -> {
                        seen.add("guarded " + ((EngineObserver.CallWork) current.get()).requestId());
                        return Reply.of(200, Map.of(), new byte[0]);
                    });
            assertThat(seen).contains("guarded " + guarded.header("Request-Id"));
            assertThat(current.get()).as("the thread of the calls").isNull();
        }
    }

    private static EngineObserver.Observation entered(
            EngineObserver.Work work, ThreadLocal<EngineObserver.Work> current) {
        return new EngineObserver.Observation() {
            @Override
            public void ended(EngineObserver.End end) {
                // of no interest
            }

            @Override
            public Runnable enter() {
                current.set(work);
                return current::remove;
            }
        };
    }

    @Test
    void job_whoseEffectsAreRefused_isToldAsFailed() {
        try (TestEngine engine =
                TestEngine.open(builder -> builder.observer(this::span).jobHandler("patch", job -> {
                    job.effects().patch("res_00000000000000000000000000", ResourceChange.NONE.withName("b"));
                    return Json.EMPTY_OBJECT;
                }))) {
            start(engine, "patch");

            await(engine, () -> ended(EngineObserver.JobWork.class) == 1);
            assertThat(spans.stream()
                            .filter(span -> span.work instanceof EngineObserver.JobWork)
                            .map(span -> span.end.failure()))
                    .containsExactly(Optional.of("not_found"));
        }
    }

    @Test
    void observer_throwsOnItsTrace_isStillToldOfTheEnd() {
        AtomicLong ends = new AtomicLong();
        try (TestEngine engine = TestEngine.open(builder -> builder.observer(work -> new EngineObserver.Observation() {
            @Override
            public void ended(EngineObserver.End end) {
                ends.incrementAndGet();
            }

            @Override
            public Optional<TraceParent> trace() {
                throw new IllegalStateException("trace");
            }
        }))) {
            long before = ends.get();

            assertThat(engine.status("/v1/workspace")).isEqualTo(200);

            assertThat(ends.get()).isEqualTo(before + 1);
        }
    }

    @Test
    void observer_throws_changesNothing() {
        try (TestEngine engine = TestEngine.open(builder -> builder.observer(work -> {
                    if (work instanceof EngineObserver.CallWork) {
                        throw new AssertionError("begin");
                    }
                    return end -> {
                        throw new IllegalStateException("end");
                    };
                })
                .jobHandler("ship", job -> Json.EMPTY_OBJECT))) {
            engine.endpoint();
            String job = TestEngine.id(start(engine, "ship"));

            await(engine, () -> engine.text("/v1/jobs/" + job).contains("\"succeeded\""));
            await(engine, () -> engine.received() > 0);
        }
    }

    @Test
    void observer_blocks_holdsAFewThreadsAndNoFurtherCall() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicLong blocked = new AtomicLong();
        try (TestEngine engine = TestEngine.open(builder -> builder.observer(work -> {
            if (work instanceof EngineObserver.CallWork call && call.route().equals("/v1/workspace")) {
                blocked.incrementAndGet();
                await(release);
            }
            return end -> {};
        }))) {
            var threads = Executors.newCachedThreadPool();
            List<CompletableFuture<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(CompletableFuture.supplyAsync(() -> engine.status("/v1/workspace"), threads));
            }
            await(engine, () -> blocked.get() == 8);

            assertThat(engine.status("/v1/workspace")).isEqualTo(200); // passes the observer by
            assertThat(engine.call("POST", "/v1/resources", "{\"name\":\"a\"}").status())
                    .isEqualTo(201);
            release.countDown();
            for (CompletableFuture<Integer> call : calls) {
                assertThat(call.get(60, TimeUnit.SECONDS)).isEqualTo(200);
            }
            threads.shutdown();
        }
    }

    private EngineObserver.Observation span(EngineObserver.Work work) {
        TraceParent cause = work.parent().orElse(TraceParent.of("1".repeat(32), "2".repeat(16), true));
        Span span = new Span(work, cause.withSpan(ids.incrementAndGet()));
        spans.add(span);
        return span;
    }

    private Span last(Class<?> kind, TraceParent parent) {
        return spans.stream()
                .filter(span -> kind.isInstance(span.work) && span.work.parent().equals(Optional.of(parent)))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private long ended(Class<?> kind) {
        return spans.stream()
                .filter(span -> kind.isInstance(span.work) && span.end != null)
                .count();
    }

    private static Reply start(TestEngine engine, String type) {
        return engine.engine()
                .call(Call.of("POST", "/v1/jobs")
                        .withKey(engine.key())
                        .withHeader(TraceParent.HEADER, CLIENT.toString())
                        .withBody(Json.of("{\"type\":\"" + type + "\",\"input\":{}}")));
    }

    private static void await(TestEngine engine, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            engine.pass(Duration.ofSeconds(1));
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Span implements EngineObserver.Observation {
        private final EngineObserver.Work work;
        private final TraceParent own;
        private volatile EngineObserver.End end;

        Span(EngineObserver.Work work, TraceParent own) {
            this.work = work;
            this.own = own;
        }

        @Override
        public void ended(EngineObserver.End told) {
            end = told;
        }

        @Override
        public Optional<TraceParent> trace() {
            return Optional.of(own);
        }
    }
}
