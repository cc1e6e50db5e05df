package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An engine whose clock is turned by days, one workspace in it, and a receiver of webhooks. */
final class TestEngine implements AutoCloseable {
    /** While the clock stands still nothing comes back, and writers are fast. */
    private static final Plan WIDE =
            Plan.of("wide", 1_000_000, Duration.ofSeconds(1)).withQueuedJobsMax(Plan.UNLIMITED);

    private static final String ADMIN_TOKEN = "aging-store-admin-token";
    private static final Pattern CURSOR = Pattern.compile("\"nextCursor\":\"([^\"]+)\"");
    private static final Pattern EVENT =
            Pattern.compile("\"type\":\"([a-z_.]+)\",\"createdAt\":\"[^\"]+\",\"data\":\\{\"id\":\"([a-z]+_\\w{26})\"");
    private static final Pattern ID = Pattern.compile("\"(?:id|job_id)\":\"([a-z]+_[0-9a-z]{26})\"");

    final ManualClock clock;
    private final HttpServer receiver;
    private final AtomicInteger received = new AtomicInteger();
    private volatile IntUnaryOperator answers = number -> 200;
    private volatile Consumer<String> listener = body -> {};
    private volatile Headers lastHeaders = new Headers();
    private final Consumer<EngineBuilder> more;
    private Engine engine;
    private String key;

    private TestEngine(Instant start, Consumer<EngineBuilder> more) {
        this.clock = ManualClock.startingAt(start);
        this.more = more;
        this.receiver = receiver();
        this.engine = opened();
        this.key = newKey(newWorkspace("acme"));
    }

    static TestEngine open(Consumer<EngineBuilder> more) {
        return new TestEngine(Instant.parse("2026-01-01T00:00:00Z"), more);
    }

    /** An engine in memory. */
    static TestEngine inMemory() {
        return open(builder -> {});
    }

    Engine engine() {
        return engine;
    }

    /** Closes the engine and opens it again; worth it with a directory only. */
    void reopen() {
        engine.close();
        engine = opened();
    }

    /** Answers the webhook of a number, counted from 1, with a status. */
    void answerWith(IntUnaryOperator statuses) {
        answers = statuses;
    }

    /** Shows every webhook's body to a listener as it arrives. */
    void hear(Consumer<String> body) {
        listener = body;
    }

    /** A header of the webhook that came last. */
    String lastHeader(String name) {
        return lastHeaders.getFirst(name);
    }

    int received() {
        return received.get();
    }

    String newWorkspace(String name) {
        return engine.admin().createWorkspace(name, "business").call().id();
    }

    /** A workspace that no rate limit stops. */
    String newWideWorkspace() {
        return engine.admin().createWorkspace("wide", WIDE.name()).call().id();
    }

    String newKey(String workspace) {
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    String key() {
        return key;
    }

    /** From now on calls are made with this key. */
    void use(String other) {
        key = other;
    }

    Reply call(String method, String path) {
        return engine.call(Call.of(method, path).withKey(key));
    }

    CompletableFuture<Reply> submit(String method, String path) {
        return engine.submit(Call.of(method, path).withKey(key));
    }

    Reply call(String method, String path, String body) {
        return engine.call(Call.of(method, path).withKey(key).withBody(Json.of(body)));
    }

    Reply keyed(String idempotencyKey, String method, String path, String body) {
        return engine.call(Call.of(method, path)
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of(body)));
    }

    /** Makes something and gives its id. */
    String make(String path, String body) {
        return id(call("POST", path, body));
    }

    String endpoint() {
        return make(
                "/v1/webhook-endpoints",
                "{\"url\":\"http://127.0.0.1:" + receiver.getAddress().getPort() + "/\"}");
    }

    static String id(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isBetween(200, 202);
        Matcher matcher = ID.matcher(reply.text());
        assertThat(matcher.find()).as(reply.text()).isTrue();
        return matcher.group(1);
    }

    int status(String path) {
        return call("GET", path).status();
    }

    String text(String path) {
        return call("GET", path).text();
    }

    /** All events about a resource, the oldest first, each as its type and the id of what it is about. */
    List<String> events(String resource) {
        List<String> events = new ArrayList<>();
        String page = "";
        do {
            Matcher cursor = CURSOR.matcher(page);
            page = text("/v1/events?limit=100&resourceId=" + resource
                    + (cursor.find() ? "&cursor=" + cursor.group(1) : ""));
            Matcher event = EVENT.matcher(page);
            while (event.find()) {
                events.add(0, event.group(1) + " " + event.group(2));
            }
        } while (page.contains("\"hasMore\":true"));
        return events;
    }

    void pass(Duration span) {
        clock.advance(span);
    }

    void days(int days) {
        pass(Duration.ofDays(days));
    }

    /** Rows of each table. */
    Map<String, Long> rows() {
        Map<String, Long> rows = new TreeMap<>();
        for (StoreFigures.TableFigures figures : engine.store().figures()) {
            rows.put(figures.name(), figures.rows());
        }
        return rows;
    }

    long rows(String table) {
        return rows().getOrDefault(table, -1L);
    }

    @Override
    public void close() {
        engine.close();
        receiver.stop(0);
    }

    String adminToken() {
        return ADMIN_TOKEN;
    }

    private Engine opened() {
        EngineBuilder builder = Engine.builder()
                .testClock(clock)
                .adminToken(ADMIN_TOKEN)
                .webhookAllow("127.0.0.0/8")
                .plan(WIDE);
        more.accept(builder);
        return builder.open();
    }

    private HttpServer receiver() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    lastHeaders = exchange.getRequestHeaders();
                    listener.accept(new String(body, StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(answers.applyAsInt(received.incrementAndGet()), -1);
                }
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
