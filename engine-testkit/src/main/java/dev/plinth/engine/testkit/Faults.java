package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.filter.BrokenConnection;
import dev.plinth.engine.server.CallDoor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Faults for the next requests of one workspace over HTTP with the key of {@link PlinthServer#apiKey}.
 *
 * <pre>{@code
 * faults.on("POST", "/v1/resources").times(2).loseTheAnswer();
 * faults.on("GET", "/v1/resources/{id}").refuseWith429(3);
 * faults.onAny().delayTheAnswer(Duration.ofSeconds(2));
 * }</pre>
 *
 * <p>A request takes the oldest matching fault that is not used up, and no other. There are no faults for other
 * workspaces, other keys, the operator's calls and calls in process. All faults end with the test. Thread-safe.
 */
public final class Faults {
    private static final Duration DELAY_MAX = Duration.ofMinutes(10);
    private static final byte[] GARBAGE =
            "\u0015\u0003\u0001 this is not HTTP\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Engine engine;
    private final LateAnswers late;
    private final List<Fault> open = new ArrayList<>();
    private CompletableFuture<Void> cleared = new CompletableFuture<>();

    /** @param late is closed by the caller */
    Faults(Engine engine, LateAnswers late) {
        this.engine = engine;
        this.late = late;
    }

    /**
     * Makes a fault for the next request of this kind.
     *
     * @param method the method as it is sent, such as {@code POST}
     * @param path a path without a query, in which a segment in braces stands for any: {@code /v1/resources/{id}}
     */
    public Requests on(String method, String path) {
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(method, "method must not be null.");
        if (!path.startsWith("/") || path.indexOf('?') >= 0) {
            throw new IllegalArgumentException("path must begin with / and have no query, got \"" + path + "\".");
        }
        return new Requests(method, path);
    }

    /** Makes a fault for the next request of any kind. */
    public Requests onAny() {
        return new Requests(null, null);
    }

    /** Ends all faults. An answer that is being delayed is sent now. */
    public void clear() {
        CompletableFuture<Void> before;
        synchronized (this) {
            open.clear();
            before = cleared;
            cleared = new CompletableFuture<>();
        }
        before.complete(null);
    }

    /**
     * Checks that every fault has met as many requests as it was made for.
     *
     * @throws AssertionError if not; it names the remaining faults
     */
    public synchronized void assertAllUsed() {
        if (!open.isEmpty()) {
            throw new AssertionError("Expected every fault to be used, but these are left: " + open
                    + "; look for a request that was never sent, or has another method or path.");
        }
    }

    /** Answers a call of the workspace, with a fault if there is one for it. */
    CompletableFuture<Reply> submit(Call call, CallDoor door) {
        Fault fault = take(call);
        return fault == null ? door.submit(call) : fault.effect.apply(call, door);
    }

    private synchronized @Nullable Fault take(Call call) {
        for (Iterator<Fault> each = open.iterator(); each.hasNext(); ) {
            Fault fault = each.next();
            if (fault.requests.match(call)) {
                fault.left--;
                if (fault.left == 0) {
                    each.remove();
                }
                return fault;
            }
        }
        return null;
    }

    private synchronized Faults add(Fault fault) {
        open.add(fault);
        return this;
    }

    private synchronized CompletableFuture<Void> untilCleared() {
        return cleared;
    }

    private static CompletableFuture<Void> endedBy(CompletableFuture<Void> wait, CompletableFuture<Void> end) {
        CompletableFuture<Void> unused = end.thenRun(() -> wait.complete(null));
        return wait;
    }

    /** The requests of a fault. The last method of the chain says what happens to them. Not thread-safe. */
    public final class Requests {
        private final @Nullable String method;
        private final @Nullable String path;
        private int times = 1;

        private Requests(@Nullable String method, @Nullable String path) {
            this.method = method;
            this.path = path;
        }

        /** Applies the fault to so many requests, 1 or more, instead of one. */
        public Requests times(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("count must be 1 or more, got " + count + ".");
            }
            times = count;
            return this;
        }

        /** Loses the request: the engine never sees it, and the client sees its connection reset. */
        public Faults loseTheRequest() {
            return fault("loseTheRequest", (call, door) -> CompletableFuture.failedFuture(BrokenConnection.reset()));
        }

        /**
         * Loses the answer. The engine answers and has committed the change; the client sees its connection reset. A
         * repeated request with the same idempotency key gets the lost answer.
         */
        public Faults loseTheAnswer() {
            return lost("loseTheAnswer", BrokenConnection.reset());
        }

        /** Closes the connection without a byte, although the engine answers. */
        public Faults answerNothing() {
            return lost("answerNothing", BrokenConnection.closedAfter());
        }

        /** Sends bytes that are not HTTP in place of the engine's answer, and then closes the connection. */
        public Faults answerGarbage() {
            return lost("answerGarbage", BrokenConnection.closedAfter(GARBAGE));
        }

        /**
         * Delays the engine's answer by so much real time.
         *
         * @param delay at most 10 minutes
         */
        public Faults delayTheAnswer(Duration delay) {
            Objects.requireNonNull(delay, "delay must not be null.");
            if (delay.isNegative() || delay.compareTo(DELAY_MAX) > 0) {
                throw new IllegalArgumentException("delay must be 0 to " + DELAY_MAX + ", got " + delay + ".");
            }
            CompletableFuture<Void> end = untilCleared();
            return fault(
                    "delayTheAnswer",
                    (call, door) -> door.submit(call)
                            .thenCompose(
                                    reply -> endedBy(late.after(delay), end).thenApply(over -> reply)));
        }

        /**
         * Refuses as if the units of the plan were used up: 429 {@code rate_limited}. Nothing is executed and no unit
         * is taken.
         *
         * @param retryAfterSeconds the value of {@code Retry-After}, 1 or more
         */
        public Faults refuseWith429(int retryAfterSeconds) {
            checkSeconds(retryAfterSeconds);
            return fault("refuseWith429", (call, door) -> MadeUpRefusals.rateLimited(engine, call, retryAfterSeconds));
        }

        /**
         * Refuses as if the engine were closing: 503 {@code shutting_down}. Nothing is executed.
         *
         * @param retryAfterSeconds the value of {@code Retry-After}, 1 or more; a closing engine sends 1
         */
        public Faults refuseWith503(int retryAfterSeconds) {
            checkSeconds(retryAfterSeconds);
            return fault("refuseWith503", (call, door) -> MadeUpRefusals.shuttingDown(engine, retryAfterSeconds));
        }

        /** Refuses as if the engine had failed: 500 {@code internal_error}. Nothing is executed. */
        public Faults refuseWith500() {
            return fault("refuseWith500", (call, door) -> MadeUpRefusals.internalError(engine, call));
        }

        private Faults lost(String name, BrokenConnection how) {
            return fault(
                    name, (call, door) -> door.submit(call).thenCompose(answer -> CompletableFuture.failedFuture(how)));
        }

        private Faults fault(String name, BiFunction<Call, CallDoor, CompletableFuture<Reply>> effect) {
            return add(new Fault(this, name, effect, times));
        }

        private boolean match(Call call) {
            return method == null || path == null || method.equals(call.method()) && matchPath(path, call.path());
        }

        private static boolean matchPath(String template, String path) {
            String[] expected = template.split("/", -1);
            String[] segments = path.split("/", -1);
            boolean match = expected.length == segments.length;
            for (int i = 0; match && i < expected.length; i++) {
                boolean any = expected[i].startsWith("{") && expected[i].endsWith("}");
                match = any ? !segments[i].isEmpty() : expected[i].equals(segments[i]);
            }
            return match;
        }

        private static void checkSeconds(int retryAfterSeconds) {
            if (retryAfterSeconds < 1) {
                throw new IllegalArgumentException("Retry-After must be 1 second or more, got " + retryAfterSeconds
                        + ". A request that may come at once needs no fault.");
            }
        }

        @Override
        public String toString() {
            return method == null ? "any request" : method + " " + path;
        }
    }

    /** A fault with the number of requests that are left for it. */
    private static final class Fault {
        private final Requests requests;
        private final String name;
        private final BiFunction<Call, CallDoor, CompletableFuture<Reply>> effect;
        private int left;

        Fault(Requests requests, String name, BiFunction<Call, CallDoor, CompletableFuture<Reply>> effect, int left) {
            this.requests = requests;
            this.name = name;
            this.effect = effect;
            this.left = left;
        }

        @Override
        public String toString() {
            return name + " for " + left + " of " + requests;
        }
    }
}
