package dev.plinth.engine.internal.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.EventContent;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.send.ManyConnections;
import dev.plinth.engine.internal.webhook.send.Receiver;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shows that no end of an attempt loses its place, or the delivery that is still due. One delivery waits at one endpoint. */
@Timeout(120)
@Tag("scaled")
class WebhooksTest {
    private static final SecretCipher SEAL = new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds());
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id ENDPOINT = new Id(IdKind.ENDPOINT, 1, 2);
    private static final long QUEUE = 1;
    private static final long IDLE_MILLIS = 60_000;

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger commits = new AtomicInteger();
    private final Store store = Store.open(new StoreSettings(Tables.HEAP, tables(), 1_000), new MemoryJournal(), clock);
    private volatile boolean mayRun = true;
    private volatile boolean hasRoom = true;
    private volatile boolean hasThreads = true;
    private final Webhooks webhooks = new Webhooks(new Webhooks.Parts(
            store,
            this::commit,
            SEAL,
            new RandomIds(),
            (rows, workspace, event) -> new EventContent("{}".getBytes(UTF_8), null),
            (rows, workspace) -> mayRun,
            this::execute,
            Observers.NONE,
            new Webhooks.NetworkRules(List.of("127.0.0.0/8"), Map.of(), false),
            Places.DEFAULT,
            (rows, workspace) -> null,
            "1"));

    @AfterEach
    void close() {
        webhooks.close();
        threads.shutdown();
        store.close();
    }

    /** The thread that looks for work asks all the time, so it does so between any two steps of the end too. */
    @Test
    void startReady_whileAnAttemptEndsWithoutARecord_findsTheDeliveryAgain() {
        AtomicInteger rung = new AtomicInteger();
        webhooks.onSettled(rung::incrementAndGet);
        mayRun = false;
        put(URI.create("http://hook.test/"));
        for (int round = 0; round < TestScale.count(5_000); round++) {
            clock.advance(Duration.ofSeconds(1)); // no rate holds it up
            int before = rung.get();
            while (rung.get() == before) {
                webhooks.startReady(clock.epochMillis());
            }
            assertThat(webhooks.awaitIdle(IDLE_MILLIS)).isTrue();
            Patience.until(() -> rung.get() >= commits.get());

            assertThat(webhooks.hasReady()).as("round %d", round).isTrue();
        }
    }

    @Test
    void close_attemptInFlight_recordsNoFailure() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        try (ManyConnections receiver = ManyConnections.accepting(reached::countDown)) {
            put(receiver.url("127.0.0.1"));
            webhooks.startReady(clock.epochMillis());
            assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

            webhooks.close();

            assertThat(webhooks.awaitIdle(IDLE_MILLIS)).isTrue();
            assertThat(commits).hasValue(0);
        }
    }

    @Test
    void startReady_noThreadForTheSecondTryToRecord_endsTheAttempt() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""))) {
            hasRoom = false;
            put(receiver.url("127.0.0.1"));

            webhooks.startReady(clock.epochMillis());

            assertThat(webhooks.awaitIdle(IDLE_MILLIS)).isTrue();
            assertThat(receiver.requests()).hasSize(1);
            assertThat(commits).hasValue(1);
        }
    }

    private Outcome commit(Caller caller, Command.Change change) {
        commits.incrementAndGet();
        hasThreads = hasRoom;
        return hasRoom
                ? Outcome.Done.ok(new byte[0])
                : new Outcome.Refused(Refusal.of(ProblemCode.CAPACITY_EXHAUSTED, "full, on purpose"));
    }

    private void execute(Runnable task) {
        if (!hasThreads) {
            throw new RejectedExecutionException("on purpose");
        }
        threads.execute(task);
    }

    private void put(URI url) {
        EndpointSettings settings = new EndpointSettings(url.toString(), List.of(), true, "", "{}".getBytes(UTF_8), 0);
        EndpointRow endpoint = new EndpointRow(
                ENDPOINT,
                WORKSPACE,
                QUEUE,
                settings.sealed(SEAL, ENDPOINT),
                true,
                1,
                new EndpointRow.Secrets(SEAL.seal(new byte[] {1}, ENDPOINT.key()), List.of()),
                null);
        DeliveryRow.Facts facts = new DeliveryRow.Facts(
                new Id(IdKind.DELIVERY, 1, 3),
                WORKSPACE,
                ENDPOINT,
                new Id(IdKind.EVENT, 1, 4),
                "a.b",
                null,
                2,
                clock.epochMillis());
        DeliveryRow delivery = DeliveryRow.create(facts, StoredDeliveryStatus.PENDING, clock.epochMillis())
                .queued(QUEUE);
        long unused = store.write(transaction -> transaction.append(
                List.of(
                        new Changes.Write(WebhookTables.ENDPOINTS, endpoint.key(), endpoint.row()),
                        new Changes.Write(WebhookTables.DELIVERIES, delivery.key(), delivery.row())),
                transaction.nowMillis()));
    }

    private static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>(Webhooks.tables());
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        return tables;
    }
}
