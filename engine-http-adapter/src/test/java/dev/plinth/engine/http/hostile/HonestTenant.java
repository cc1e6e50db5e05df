package dev.plinth.engine.http.hostile;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.PemPair;
import dev.plinth.engine.http.RawReply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Runs in a child JVM: a tenant that creates a resource and reads it again, fifty times a second on one connection, and receives webhooks of
 * what it created. Arguments: port, its key, the key of another workspace, for which it calls without a pause while the server warms up, and
 * the file of the certificates that it trusts if the server has TLS.
 * Each line on standard input names the next {@link Phase}; {@code END} ends the calls, waits for the webhooks that are on their way, and
 * prints the figures.
 */
public final class HonestTenant {
    private static final long PAIR_NANOS = 20_000_000;
    private static final int CALLS_PER_CONNECTION = 80;
    private static final int RECEIVER_THREADS = 4;
    private static final int REFUSAL = 400;

    /** How long a webhook may be on its way after the attack. */
    private static final int WEBHOOK_SECONDS = 60;

    /** A phase of the tenant. Each phase but the last may come again, and its figures are those of all its turns. */
    enum Phase {
        REST,
        WARM_UP,
        ALONE,
        BESIDE,
        END
    }

    private final AttackConnection caller;
    private final AttackConnection warming;
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
    private final Map<Phase, List<Double>> millis = new EnumMap<>(Phase.class);
    private final Map<Phase, AnswerCounts> refused = new EnumMap<>(Phase.class);
    private final NavigableMap<Long, Phase> begun = new ConcurrentSkipListMap<>(Map.of(0L, Phase.REST));
    private volatile Phase phase = Phase.REST;
    private long created;

    private HonestTenant(int port, String key, String warmingKey, Optional<SSLContext> tls) {
        InetAddress here = InetAddress.getLoopbackAddress();
        caller = new AttackConnection(port, here, AttackConnection.bearer(key), tls);
        warming = new AttackConnection(port, here, AttackConnection.bearer(warmingKey), tls);
        for (Phase each : Phase.values()) {
            millis.put(each, new ArrayList<>());
            refused.put(each, new AnswerCounts());
        }
    }

    /** Calls until the last phase has begun. */
    public static void main(String[] arguments) throws Exception {
        Optional<SSLContext> tls =
                arguments.length > 3 ? Optional.of(PemPair.trusting(Path.of(arguments[3]))) : Optional.empty();
        HonestTenant tenant = new HonestTenant(Integer.parseInt(arguments[0]), arguments[1], arguments[2], tls);
        ExecutorService threads = Executors.newFixedThreadPool(RECEIVER_THREADS);
        HttpServer receiver = tenant.receive(threads);
        int receiverPort = receiver.getAddress().getPort();
        System.out.println(makeEndpoint(tenant.caller, receiverPort));
        makeEndpoint(tenant.warming, receiverPort);
        Thread calls = new Thread(tenant::work);
        calls.start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (tenant.phase != Phase.END) {
                String next = lines.readLine();
                tenant.begin(next == null ? Phase.END : Phase.valueOf(next));
            }
        }
        calls.join();
        tenant.report();
        receiver.stop(0);
        threads.shutdown();
    }

    private void begin(Phase next) {
        begun.put(System.currentTimeMillis(), next);
        phase = next;
    }

    private HttpServer receive(ExecutorService threads) throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(threads);
        receiver.createContext("/", this::take);
        receiver.start();
        return receiver;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            arrivals.putIfAbsent(exchange.getRequestHeaders().getFirst("webhook-id"), System.currentTimeMillis());
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static String makeEndpoint(AttackConnection caller, int receiverPort) throws IOException {
        RawReply endpoint = caller.post(
                "/v1/webhook-endpoints",
                "{\"url\":\"http://127.0.0.1:" + receiverPort
                        + "/\",\"types\":[\"resource.created\"],\"ordering\":\"none\"}");
        return String.valueOf(Json.of(endpoint.text()).asMap().get("id"));
    }

    private void work() {
        long due = System.nanoTime();
        for (int pair = 0; phase != Phase.END; pair++) {
            Phase now = phase;
            if (now == Phase.ALONE || now == Phase.BESIDE) {
                created += pair(caller, pair, now) ? 1 : 0;
            } else if (now == Phase.WARM_UP && pair(warming, pair, now)) {
                continue;
            } else if (now == Phase.REST) {
                caller.close(); // The server closes a connection that is idle for long.
                warming.close();
            }
            due = Math.max(due + PAIR_NANOS, System.nanoTime());
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** Returns false if the creation was refused. */
    private boolean pair(AttackConnection by, int pair, Phase now) {
        String key = "Idempotency-Key: honest-" + pair + "\r\n";
        RawReply made = measured(by, now, "POST", "/v1/resources", key, "{\"name\":\"honest\"}");
        if (made != null) {
            measured(by, now, "GET", made.header("location"), "", "");
        }
        if (pair % CALLS_PER_CONNECTION == 0) {
            by.close();
        }
        return made != null;
    }

    /** Returns null if the call was refused. */
    private @Nullable RawReply measured(
            AttackConnection by, Phase now, String method, String path, String header, String body) {
        long began = System.nanoTime();
        String refusal;
        try {
            RawReply reply = by.call(method, path, header, body);
            millis.get(now).add((System.nanoTime() - began) / 1e6);
            if (reply.status() < REFUSAL) {
                return reply;
            }
            refusal = method + " " + AnswerCounts.kind(reply);
        } catch (IOException e) {
            millis.get(now).add((System.nanoTime() - began) / 1e6);
            refusal = method + " " + e.getClass().getSimpleName();
        }
        refused.get(now).note(refusal);
        return null;
    }

    private void report() throws InterruptedException {
        for (Phase each : List.of(Phase.ALONE, Phase.BESIDE)) {
            System.out.println(Figures.of(millis.get(each)).line());
            System.out.println(refused.get(each));
        }
        try {
            Map<String, Long> events = events();
            System.out.println(lost(events) + Math.max(0, created - events.size()));
            System.out.println(Figures.of(events.entrySet().stream()
                            .filter(event -> begun.floorEntry(event.getValue()).getValue() == Phase.BESIDE
                                    && arrivals.containsKey(event.getKey()))
                            .map(event -> (double) Math.max(0, arrivals.get(event.getKey()) - event.getValue()))
                            .toList())
                    .line());
        } catch (IOException unreadable) {
            System.out.println(created);
            System.out.println(Figures.of(List.of()).line());
        }
    }

    /** Returns how many of these have not come when the patience is over. */
    private long lost(Map<String, Long> events) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WEBHOOK_SECONDS);
        while (!arrivals.keySet().containsAll(events.keySet()) && System.nanoTime() < end) {
            LockSupport.parkNanos(PAIR_NANOS);
        }
        return events.keySet().stream()
                .filter(event -> !arrivals.containsKey(event))
                .count();
    }

    /** Returns the creations that the server lists, with their times in milliseconds. */
    private Map<String, Long> events() throws IOException {
        Map<String, Long> events = new ConcurrentHashMap<>();
        String cursor = "";
        do {
            RawReply reply = caller.get("/v1/events?type=resource.created&limit=100" + cursor);
            if (reply.status() >= REFUSAL) {
                throw new IOException(reply.text());
            }
            Map<String, Object> page = Json.of(reply.text()).asMap();
            for (Object event : (List<?>) page.get("data")) {
                Map<?, ?> members = (Map<?, ?>) event;
                events.put(
                        String.valueOf(members.get("id")),
                        Instant.parse(String.valueOf(members.get("createdAt"))).toEpochMilli());
            }
            cursor = page.get("nextCursor") instanceof String next ? "&cursor=" + next : "";
        } while (!cursor.isEmpty());
        return events;
    }
}
