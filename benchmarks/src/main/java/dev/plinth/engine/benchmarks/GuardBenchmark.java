package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Guard;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what the guard costs a request, on a route whose code returns a constant, against an operation that does. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GuardBenchmark {
    private static final byte[] BODY = "{\"input\":{}}".getBytes(StandardCharsets.UTF_8);
    private static final Json RESULT = Json.of("{\"ok\":true}");
    private static final Reply REPLY = Reply.of(200, Map.of("Content-Type", "application/json"), RESULT.utf8());

    /** An input without members. */
    public record Nothing() {}

    /** Calls the host's code without the guard. */
    @Benchmark
    public Reply direct(Host host) {
        return host.answer(host.call("/desk", null));
    }

    /** Calls it through the guard. */
    @Benchmark
    public Reply guarded(Host host) {
        return checked(host.guard.handle(host.call("/desk", null), request -> host.answer(request.call())));
    }

    /** Calls it through the guard under a new idempotency key. */
    @Benchmark
    public Reply guardedUnderAKey(Host host) {
        return checked(host.guard.handle(host.call("/desk", host.key()), request -> host.answer(request.call())));
    }

    /** Calls an operation. */
    @Benchmark
    public Reply operation(Host host) {
        return checked(host.engine.call(host.call("/v1/operations/desk", null)));
    }

    /** Calls an operation under a new idempotency key. */
    @Benchmark
    public Reply operationUnderAKey(Host host) {
        return checked(host.engine.call(host.call("/v1/operations/desk", host.key())));
    }

    private static Reply checked(Reply reply) {
        if (reply.status() != 200) {
            throw new IllegalStateException("Expected 200, got " + reply.text());
        }
        return reply;
    }

    /** An engine, which is empty at the beginning of each iteration. */
    @State(Scope.Benchmark)
    public static class Host {
        @SuppressWarnings("NullAway.Init") // set up by JMH
        private Engine engine;

        @SuppressWarnings("NullAway.Init") // set up by JMH
        private Guard guard;

        private String authorization = "";
        private int number;

        /** Opens it. */
        @Setup(Level.Iteration)
        public void open() {
            engine = Engine.builder()
                    .plan(BenchedEngine.PLAN)
                    .maxResources(2_000_000)
                    .operation("desk", Nothing.class, (input, call) -> RESULT)
                    .open();
            String workspace = engine.admin()
                    .createWorkspace("bench", BenchedEngine.PLAN.name())
                    .call()
                    .id();
            authorization = "Bearer "
                    + engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            guard = engine.guard().route("/desk");
        }

        /** Closes it. */
        @TearDown(Level.Iteration)
        public void close() {
            engine.close();
        }

        private Reply answer(Call call) {
            return call.body().length == BODY.length ? REPLY : Reply.of(500, Map.of(), BODY);
        }

        private String key() {
            return BenchedEngine.key(number++);
        }

        private Call call(String path, @Nullable String key) {
            Map<String, String> headers = key == null
                    ? Map.of("authorization", authorization)
                    : Map.of("authorization", authorization, "idempotency-key", key);
            return Call.of("POST", path, null, headers).withBody(BODY);
        }
    }
}
