package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.store.DeferredJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A whole engine over a journal whose fates a test decides. A listener, a receiver of webhooks and a stream write down what they
 * are told, and how far the journal was durable at that moment.
 */
final class DeferredEngine implements AutoCloseable {
    private static final Plan WIDE =
            Plan.of("wide", 1_000_000, Duration.ofSeconds(1)).withQueuedJobsMax(Plan.UNLIMITED);
    private static final Pattern STREAMED = Pattern.compile("^id: (evt_\\w+)\nevent: ", Pattern.MULTILINE);
    private static final Pattern EVENT = Pattern.compile("\\{\"id\":\"(evt_\\w+)\"");

    final DeferredJournal journal = DeferredJournal.groupCommit();
    final List<Telling> heard = new CopyOnWriteArrayList<>();
    final List<Telling> received = new CopyOnWriteArrayList<>();
    final List<Telling> streamed = new CopyOnWriteArrayList<>();
    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer receiver = receiver();
    private final Engine engine;
    private final String workspace;
    private final String key;
    private volatile Thread listening = Thread.currentThread();
    private volatile CountDownLatch mayAnswer = new CountDownLatch(0);
    private volatile long begun;

    /**
     * Holds what one of them was told.
     *
     * @param event the event's id
     * @param sequence the record that the event is in
     * @param durable the last record that was durable when it was told
     */
    record Telling(String event, long sequence, long durable) {}

    private DeferredEngine(Consumer<EngineBuilder> more) {
        EngineBuilder builder =
                Engine.builder().plan(WIDE).webhookAllow("127.0.0.0/8").listener("ear", this::hear);
        more.accept(builder);
        EngineConfig config = builder.config();
        StoreSettings settings = new StoreSettings(Tables.HEAP, EngineStore.tables(), 1_000_000);
        engine = Engine.open(config, Store.open(settings, journal, config.clock()));
        workspace = engine.admin().createWorkspace("acme", WIDE.name()).call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    static DeferredEngine open() {
        return open(builder -> {});
    }

    static DeferredEngine open(Consumer<EngineBuilder> more) {
        return new DeferredEngine(more);
    }

    /** Counts from now on what is told, once the listener has come to rest behind all that has happened before. */
    void begin() {
        await(() -> listenedTo() == lastEvent() && journal.durable() >= last("cursors"));
        begun = last("cursors");
        heard.clear();
    }

    Engine engine() {
        return engine;
    }

    String workspace() {
        return workspace;
    }

    String key() {
        return key;
    }

    Call asked(String method, String path, String body) {
        Call call = Call.of(method, path).withKey(key);
        return body.isEmpty() ? call : call.withBody(Json.of(body));
    }

    /** Makes something durable and gives its id. */
    String make(String path, String body) {
        return TestEngine.id(engine.call(asked("POST", path, body)));
    }

    /** Asks for a change while the journal holds, and gives the sequence of its record. */
    long append(String table, String method, String path, String body) {
        assertThat(engine.submit(asked(method, path, body))).isNotDone();
        return last(table);
    }

    /** The sequence of the last record that wrote to a table; 0 if none did. */
    long last(String table) {
        return journal.appended().stream()
                .filter(record -> record.writes().stream()
                        .anyMatch(write -> write.table().name().equals(table)))
                .mapToLong(Record::sequence)
                .max()
                .orElse(0);
    }

    /** The list number of the event that the listener has saved as its last; 0 if it has saved none. */
    private long listenedTo() {
        return lastNumber("cursors", RowReader.HEAD_BYTES);
    }

    /** The list number of the last event; 0 if there is none. */
    private long lastEvent() {
        return lastNumber("events", RowReader.HEAD_BYTES + 2 * Id.BYTES);
    }

    /** The number at a position of the last row that was written to a table; 0 if none was. */
    private long lastNumber(String table, int position) {
        return journal.appended().stream()
                .flatMap(record -> record.writes().stream())
                .filter(write -> write.table().name().equals(table) && write.row() != null)
                .reduce((before, last) -> last)
                .map(write -> Bytes.getLong(write.row(), position))
                .orElse(0L);
    }

    /** Sends all events of the workspace to the receiver, those of one resource in order. */
    void sendWebhooks() {
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
        make("/v1/webhook-endpoints", "{\"url\":\"" + url + "\"}");
    }

    /** Follows the stream from now on. */
    void stream() {
        follow(engine.call(asked("GET", "/v1/events/stream", "")).rest().orElseThrow());
    }

    /** The receiver answers no webhook until it is told to. */
    void holdAnswers() {
        mayAnswer = new CountDownLatch(1);
    }

    void answer() {
        mayAnswer.countDown();
    }

    /** The thread on which the listener was last told of something. */
    Thread listening() {
        return listening;
    }

    /** The thread that starts deliveries and jobs. */
    Thread timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("plinth-timers") && !before.contains(thread))
                .findFirst()
                .orElseThrow();
    }

    /** True if an attempt at a delivery waits for rows in flight. */
    boolean attemptWaits() {
        Stream<String> platform = Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> !before.contains(thread.getKey()))
                .map(thread -> List.of(thread.getValue()).toString());
        return Stream.concat(platform, VirtualThreads.stacks().stream())
                .anyMatch(stack -> stack.contains("DeliveryAttempts.prepare") && stack.contains("InFlight.join"));
    }

    /** Ids of what was told, in the order in which it was. */
    static List<String> events(List<Telling> told) {
        return told.stream().map(Telling::event).toList();
    }

    /** Returns what was told before it was durable. */
    static List<Telling> early(List<Telling> told) {
        return told.stream()
                .filter(telling -> telling.sequence() > telling.durable())
                .toList();
    }

    /** Ids of all events since the beginning, up to a record, in commit order. */
    List<String> eventsUpTo(long sequence) {
        return journal.appended().stream()
                .filter(record -> record.sequence() > begun && record.sequence() <= sequence)
                .flatMap(record -> record.writes().stream())
                .filter(write -> write.table().name().equals("events") && write.row() != null)
                .map(write -> Id.read(IdKind.EVENT, write.key(), Id.BYTES).text())
                .toList();
    }

    /** The same events by the resource that their record changed. */
    Map<String, List<String>> byResource(List<String> events) {
        return events.stream().collect(Collectors.groupingBy(this::resource));
    }

    static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new IllegalStateException("Expected the condition to come true within the time of the test");
            }
            Thread.yield();
        }
    }

    /** True if a thread waits for something without a limit of time. */
    static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING;
    }

    @Override
    public void close() {
        if (threads.isShutdown()) {
            return;
        }
        answer();
        journal.letGo();
        engine.close();
        receiver.stop(0);
        threads.shutdown();
        journal.close();
    }

    private void hear(EventContext owner, Event event) {
        listening = Thread.currentThread();
        heard.add(telling(event.id()));
    }

    private void follow(Reply.Rest rest) {
        rest.next().thenAcceptAsync(this::read, threads);
    }

    private void read(Reply.Part part) {
        STREAMED.matcher(part.text()).results().forEach(found -> streamed.add(telling(found.group(1))));
        part.rest().ifPresent(this::follow);
    }

    private Telling telling(String event) {
        long durable = journal.durable();
        return new Telling(event, record(event).sequence(), durable);
    }

    private Record record(String event) {
        byte[] id = Objects.requireNonNull(Id.parse(IdKind.EVENT, event)).key();
        return journal.appended().stream()
                .filter(record -> record.writes().stream()
                        .anyMatch(write -> write.table().name().equals("events")
                                && Arrays.equals(write.key(), Id.BYTES, 2 * Id.BYTES, id, 0, Id.BYTES)))
                .findFirst()
                .orElseThrow();
    }

    private String resource(String event) {
        return record(event).writes().stream()
                .filter(write -> write.table().name().equals("resources"))
                .map(write -> Id.read(IdKind.RESOURCE, write.key(), Id.BYTES).text())
                .findFirst()
                .orElseThrow();
    }

    private HttpServer receiver() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                    EVENT.matcher(body).results().limit(1).forEach(found -> received.add(telling(found.group(1))));
                    mayAnswer.await();
                    exchange.sendResponseHeaders(200, -1);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
            server.setExecutor(threads);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
