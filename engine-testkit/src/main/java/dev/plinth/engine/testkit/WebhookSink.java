package dev.plinth.engine.testkit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A webhook receiver in this JVM, on a free port of 127.0.0.1. It keeps received webhooks and answers as the test has
 * scripted.
 *
 * <p>A request is kept before it is answered. So the sink knows every attempt that the engine knows. Requests are taken
 * one after the other. Thread-safe.
 */
public final class WebhookSink implements AutoCloseable {
    /** Requests that it keeps. Later ones are answered with 503. */
    static final int RECEIVED_MAX = 10_000;

    private static final Duration DELAY_MAX = Duration.ofDays(1);
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final long AWAIT_SECONDS_MAX = 30;
    private static final Answer OK = new Answer(200, Duration.ZERO);
    private static final Answer FULL = new Answer(503, Duration.ZERO);
    private static final int NO_BODY = -1;

    private final HttpServer server;
    /** Not the common pool, because a test may keep all its threads. */
    private final LateAnswers late = new LateAnswers();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final List<ReceivedWebhook> received = new ArrayList<>();
    private final ArrayDeque<Answer> script = new ArrayDeque<>();

    private WebhookSink(HttpServer server) {
        this.server = server;
    }

    /**
     * Opens a sink.
     *
     * @throws UncheckedIOException if 127.0.0.1 has no free port
     */
    public static WebhookSink open() {
        try {
            WebhookSink sink =
                    new WebhookSink(HttpServer.create(new InetSocketAddress(PlinthTestServer.LOOPBACK, 0), 0));
            sink.server.createContext("/", sink::take);
            sink.server.start();
            return sink;
        } catch (IOException e) {
            throw new UncheckedIOException("Expected a free port on 127.0.0.1 for the webhook sink, but got none", e);
        }
    }

    /** Returns the URL for a webhook endpoint. The sink also receives any other path of this address. */
    public URI uri() {
        return URI.create("http://" + PlinthTestServer.LOOPBACK + ":"
                + server.getAddress().getPort() + "/webhooks");
    }

    /**
     * Answers the next requests with these statuses, in this order, after those that were scripted before. After them
     * it answers with 200 again.
     *
     * @param statuses 200–599 each
     */
    public WebhookSink reply(int... statuses) {
        Objects.requireNonNull(statuses, "statuses must not be null.");
        for (int status : statuses) {
            checkStatus(status);
        }
        return script(IntStream.of(statuses).mapToObj(status -> new Answer(status, Duration.ZERO)));
    }

    /**
     * Answers the next request, in its turn as {@link #reply} says, so much later by real time. Other requests are
     * answered meanwhile. The engine gives an attempt 15 real seconds, so a longer delay is a receiver that hangs.
     *
     * @param delay how long the request is kept waiting, at most a day; closing the sink ends it without an answer
     * @param status 200–599
     */
    public WebhookSink replyLate(Duration delay, int status) {
        Objects.requireNonNull(delay, "delay must not be null.");
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must be 0 or more, got " + delay + ".");
        }
        checkStatus(status);
        return script(Stream.of(new Answer(status, delay.compareTo(DELAY_MAX) > 0 ? DELAY_MAX : delay)));
    }

    /** Closes the connection of the next request, in its turn as {@link #reply} says, without an answer. */
    public WebhookSink hangUp() {
        return script(Stream.of(new Answer(ReceivedWebhook.NO_ANSWER, Duration.ZERO)));
    }

    private WebhookSink script(Stream<Answer> answers) {
        lock.lock();
        try {
            answers.forEach(script::add);
        } finally {
            lock.unlock();
        }
        return this;
    }

    private static void checkStatus(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status must be 200 to 599, got " + status + ".");
        }
    }

    /** Returns the webhooks received so far, in order of arrival. */
    public List<ReceivedWebhook> received() {
        lock.lock();
        try {
            return List.copyOf(received);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until so many requests have arrived since the sink was opened, and returns all of them.
     *
     * @throws AssertionError if they have not arrived after 30 real seconds; it names those that have
     */
    public List<ReceivedWebhook> await(int count) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(AWAIT_SECONDS_MAX);
            while (received.size() < count && left > 0) {
                left = arrived.awaitNanos(left);
            }
            if (received.size() < count) {
                throw new AssertionError("Expected " + count + " webhooks within " + AWAIT_SECONDS_MAX + " s, but got "
                        + received.size() + ": "
                        + received.stream().map(ReceivedWebhook::body).toList());
            }
            return List.copyOf(received);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Expected " + count + " webhooks, but the wait for them was interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /** Stops listening. Received webhooks stay readable. */
    @Override
    public void close() {
        server.stop(0);
        late.close();
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
        Answer answer = keep(exchange, body);
        if (answer.delay().isZero()) {
            answer(exchange, answer.status());
        } else {
            CompletableFuture<Void> unused =
                    late.after(answer.delay()).thenRun(() -> answer(exchange, answer.status()));
        }
    }

    private static void answer(HttpExchange exchange, int status) {
        try (exchange) {
            if (status != ReceivedWebhook.NO_ANSWER) {
                exchange.sendResponseHeaders(status, NO_BODY);
            }
        } catch (IOException gone) {
            // The sender did not wait for it, or the sink is closed.
            exchange.close();
        }
    }

    private Answer keep(HttpExchange exchange, byte[] body) {
        lock.lock();
        try {
            if (received.size() >= RECEIVED_MAX) {
                return FULL;
            }
            Answer scripted = script.poll();
            Answer answer = scripted == null ? OK : scripted;
            received.add(new ReceivedWebhook(
                    exchange.getRequestURI().getPath(),
                    joined(exchange.getRequestHeaders()),
                    new String(body, StandardCharsets.UTF_8),
                    answer.status()));
            arrived.signalAll();
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private static Map<String, String> joined(Headers headers) {
        Map<String, String> joined = new TreeMap<>();
        headers.forEach((name, values) -> joined.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        return joined;
    }

    private record Answer(int status, Duration delay) {}
}
