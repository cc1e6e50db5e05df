package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobHandler;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.Position;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests two nodes of one log that lose and win reigns, with all that the host holds over it. */
@Tag("scaled")
class ReignsTest {
    private static final String TYPE = "work";

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final List<Engine> opened = new ArrayList<>();

    @TempDir
    private Path directory;

    private Engine first;
    private Engine second;
    private String workspace;
    private String key;

    @BeforeEach
    void open() {
        open(builder("a"), builder("b"));
    }

    @AfterEach
    void close() {
        opened.forEach(Engine::close);
    }

    @Test
    void drain_whileAReignBegins_givesTheReignBack() throws InterruptedException {
        close();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        open(
                builder("g").jobHandler(TYPE, job -> {
                    begun.countDown();
                    awaitIgnoringInterrupts(goOn);
                    return Json.EMPTY_OBJECT;
                }),
                builder("h"));
        String unused = first.client(key).startJob(NewJob.of(TYPE)).call().jobId();
        begun.await();
        long epoch = first.position().epoch();
        log.hold(); // the next leader first puts the job back, and waits for that
        Patience.until(() -> {
            log.expireLease(epoch);
            return log.leader().filter(leader -> leader.node().id().equals("h")).isPresent();
        });

        second.beginDrain();
        log.letGo();

        // By its call the earlier leader learns that it has lost its reign.
        Patience.until(() ->
                first.call(Call.of("GET", "/v1/resources").withKey(key)).status() == 200
                        && first.position().epoch() > epoch);
        Patience.until(() -> second.role() == NodeRole.FOLLOWER);
        goOn.countDown();
    }

    @Test
    void reigns_lostAndWonManyTimes_leaveNoPartsAndNoThreadsBehind() {
        List<WeakReference<Store>> ended = new ArrayList<>();
        long threads = 0;
        int reigns = TestScale.count(1_000);
        for (int i = 0; i < reigns; i++) {
            Engine leader = i % 2 == 0 ? first : second;
            Engine next = i % 2 == 0 ? second : first;
            ended.add(new WeakReference<>(leader.store()));
            create(leader, "k" + i);
            takeOver(leader, next);
            if (i == 10) {
                awaitTheEnded(ended);
                threads = threads();
            }
        }
        awaitTheEnded(ended);
        long before = threads;
        Patience.until(() -> threads() <= before);
        Engine leader = reigns % 2 == 0 ? first : second;
        assertThat(leader.position().epoch()).isGreaterThan(reigns);
        assertThat(leader.client(key).resources().list().stream().count()).isEqualTo(reigns);
    }

    @Test
    void door_thatIsIdle_keepsNoEndedReign() {
        CallDoor door = first.door(Runnable::run);
        assertThat(door.submit(post("k")).join().status()).isEqualTo(201);
        List<WeakReference<Store>> ended = List.of(new WeakReference<>(first.store()));

        takeOver(first, second);

        awaitTheEnded(ended);
        assertThat(door.submit(post("k")).join().status()).isEqualTo(503);
    }

    @Test
    void takeover_withCallsInFlight_tellsEachCallerTheTruth() {
        List<CompletableFuture<Reply>> calls = new ArrayList<>();
        create(first, "before");
        log.hold();
        for (int i = 0; i < 200; i++) {
            calls.add(first.submit(post("k" + i)));
        }
        log.expireLease(); // appends and beats are held, so that nothing extends it
        Patience.until(() -> second.role() == NodeRole.LEADER);
        log.letGo();

        for (int i = 0; i < calls.size(); i++) {
            Reply reply = calls.get(i).join();
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.text()).contains("\"code\":\"not_leader\"");
            assertThat(second.call(post("k" + i)).header("Idempotent-Replayed")).isNull();
        }
        Patience.until(() -> first.role() == NodeRole.FOLLOWER);
        Patience.until(() -> first.position().sequence() == second.position().sequence());
        assertThat(first.stateHash()).isEqualTo(second.stateHash());
    }

    @Test
    void call_onALeaderThatDoesNotKnowOfTheNextOne_isNeverAnsweredFromItsRows() {
        String id = create(first, "k");
        Patience.until(() -> {
            log.expireLease(1);
            return second.role() == NodeRole.LEADER;
        });

        for (Call call : List.of(
                Call.of("GET", "/v1/resources/" + id).withKey(key),
                Call.of("GET", "/v1/resources").withKey("sk_live_unknown"),
                Call.of("GET", "/v1/resources/" + id),
                post("k"))) {
            Reply reply = first.call(call);
            assertThat(reply.status()).as(call.toString()).isEqualTo(503);
            assertThat(reply.text()).contains("\"code\":\"not_leader\"", "\"retryable\":true");
        }
        assertThat(first.call(Call.of("GET", "/health/live")).status()).isEqualTo(200);
    }

    @Test
    void node_whoseReignTakesLongToEnd_answersForItsProcess() throws InterruptedException {
        close();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        open(
                builder("c").jobHandler(TYPE, job -> {
                    begun.countDown();
                    awaitIgnoringInterrupts(goOn);
                    return Json.EMPTY_OBJECT;
                }),
                builder("d"));
        create(first, "k");
        first.client(key).startJob(NewJob.of(TYPE)).call();
        begun.await();
        Position last = first.position();

        first.resign();
        Patience.until(() -> first.call(post("l")).status() == 503);
        assertThat(first.role()).isEqualTo(NodeRole.LEADER); // not yet ended
        assertThat(first.call(Call.of("GET", "/health/live")).status()).isEqualTo(200);
        assertThat(first.call(Call.of("GET", "/metrics")).status()).isEqualTo(200);
        assertThat(first.call(Call.of("GET", "/health/leader")).status()).isEqualTo(503);
        assertThat(first.position().epoch()).isEqualTo(last.epoch());
        assertThat(first.position().sequence()).isGreaterThanOrEqualTo(last.sequence());

        goOn.countDown();
        Patience.until(() -> first.role() == NodeRole.FOLLOWER);
    }

    @Test
    void clientsDoorsGuardsAndUnits_ofAHost_followTheReigns() {
        PlinthClient host = first.workspace(workspace);
        CallDoor door = first.door(Runnable::run);
        Guard guard = first.guard().route("/notes");
        String id = create(first, "k");
        takeOver(first, second);

        assertThatThrownBy(() -> host.resources().get(id).call()).hasMessageContaining("not_leader");
        assertThatThrownBy(() -> host.resources().get(id).submit().join()).hasCauseInstanceOf(PlinthException.class);
        assertThatThrownBy(
                        () -> host.resources().pause(id).ifVersion(1).submit().join())
                .isInstanceOf(CompletionException.class);
        assertThatThrownBy(() -> first.transact(workspace, unit -> "x")).hasMessageContaining("not_leader");
        assertThatThrownBy(() -> first.idempotent(workspace, "i", "f", () -> Json.EMPTY_OBJECT))
                .hasMessageContaining("not_leader");
        assertThat(guard.handle(Call.of("GET", "/notes").withKey(key), request -> Reply.of(200, Map.of(), new byte[0]))
                        .status())
                .isEqualTo(503);
        assertThat(door.admit(post("d")).isRefused()).isTrue();
        assertThat(door.submit(post("d")).join().text()).contains("not_leader");
        Call live = Call.of("GET", "/health/live");
        assertThat(door.submit(live).join().text()).contains("\"status\":\"live\"", "\"durability\":\"memory\"");
        assertThat(first.door(Runnable::run, Set.of(Audience.TENANT))
                        .submit(live)
                        .join()
                        .status())
                .isEqualTo(503);
        assertThat(first.figures()).extracting(Figure::name).contains("plinth_node_role", "plinth_node_lag_seconds");
        assertThat(first.isHealthy()).isTrue();

        takeOver(second, first);
        assertThat(host.resources().get(id).call().id()).isEqualTo(id);
        assertThat(first.<String>transact(workspace, unit -> "x")).isEqualTo("x");
        assertThat(guard.handle(Call.of("GET", "/notes").withKey(key), request -> Reply.of(200, Map.of(), new byte[0]))
                        .status())
                .isEqualTo(200);
        assertThat(door.submit(post("d")).join().status()).isEqualTo(201);
    }

    @Test
    void job_whoseHandlerOutlivesItsReign_runsAgainElsewhereAndItsFirstEndCountsNothing() throws InterruptedException {
        close();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch zombieEnded = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        JobHandler stubborn = job -> {
            begun.countDown();
            awaitIgnoringInterrupts(goOn);
            Patience.until(job::isCancelRequested); // told by a thread beside
            told.set(1);
            try {
                return Json.of("{\"by\":\"zombie\"}");
            } finally {
                zombieEnded.countDown();
            }
        };
        open(
                builder("c").jobHandler(TYPE, stubborn),
                builder("d").jobHandler(TYPE, job -> Json.of("{\"by\":\"successor\"}")));
        String job = first.client(key).startJob(NewJob.of(TYPE)).call().jobId();
        begun.await();

        takeOver(first, second);
        Patience.until(() -> status(second, job).isFinal());
        goOn.countDown();
        zombieEnded.await();
        takeOver(second, first);

        Job ended = first.client(key).job(job).call();
        assertThat(ended.result().orElseThrow().toString()).contains("successor");
        assertThat(ended.attempt()).isEqualTo(1);
        assertThat(told).hasValue(1);
    }

    @Test
    void job_whoseHandlerStopsBecauseItsNodeResigns_runsAgainElsewhereAndIsNotCanceled() throws InterruptedException {
        close();
        CountDownLatch begun = new CountDownLatch(1);
        open(
                builder("c").jobHandler(TYPE, job -> {
                    begun.countDown();
                    Patience.until(job::isCancelRequested);
                    return null; // as the guide shows it
                }),
                builder("d").jobHandler(TYPE, job -> Json.of("{\"by\":\"successor\"}")));
        String job = first.client(key).startJob(NewJob.of(TYPE)).call().jobId();
        begun.await();

        first.resign();
        Patience.until(() -> second.role() == NodeRole.LEADER);
        Patience.until(() -> status(second, job).isFinal());

        Job ended = second.client(key).job(job).call();
        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(ended.attempt()).isEqualTo(1);
    }

    @Test
    void threads_ofNodesThatAreInterrupted_followAndLeadOn() {
        List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("plinth-node"))
                .toList();
        assertThat(threads).hasSizeGreaterThanOrEqualTo(2);
        threads.forEach(Thread::interrupt);

        takeOver(first, second);
        takeOver(second, first);
        create(first, "k");
    }

    @Test
    void write_ofAPartOfAnEndedReign_doesNotEndTheNextOne() {
        Store ended = first.store();
        takeOver(first, second);
        takeOver(second, first);
        long epoch = first.position().epoch();

        for (int i = 0; i < 200; i++) {
            assertThatThrownBy(() -> ended.write(transaction -> "a late part")).hasMessageContaining("does not lead");
            create(first, "k" + i);
        }
        assertThat(first.position().epoch()).isEqualTo(epoch);
    }

    @Test
    void unit_thatThrowsAfterItsReign_throwsItsOwnException() {
        assertThatThrownBy(() -> first.transact(workspace, unit -> {
                    takeOver(first, second);
                    throw new IllegalArgumentException("card declined");
                }))
                .hasMessage("card declined");
    }

    @Test
    void job_askedToEndWhenItsReignEnds_isCanceledAndDoesNotRunAgain() throws InterruptedException {
        close();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger again = new AtomicInteger();
        open(
                builder("c").jobHandler(TYPE, job -> {
                    begun.countDown();
                    awaitIgnoringInterrupts(goOn);
                    return null;
                }),
                builder("d").jobHandler(TYPE, job -> {
                    again.incrementAndGet();
                    return Json.of("{\"by\":\"successor\"}");
                }));
        String job = first.client(key).startJob(NewJob.of(TYPE)).call().jobId();
        begun.await();
        assertThat(first.call(Call.of("POST", "/v1/jobs/" + job + "/cancel").withKey(key))
                        .status())
                .isEqualTo(202);

        takeOver(first, second);
        Patience.until(() -> status(second, job).isFinal());
        goOn.countDown();

        assertThat(status(second, job)).isEqualTo(JobStatus.CANCELED);
        assertThat(again).hasValue(0);
    }

    @Test
    void lease_thatLapsedWhileNobodyLed_isExtendedAndTheWorkerEndsTheJob() {
        close();
        ManualClock early = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        ManualClock late = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        open(builder("e").clock(early), builder("f").clock(late));
        String job = first.client(key).startJob(NewJob.of("outside")).call().jobId();
        LeasedJob leased = first.client(key).leases().take("outside").call().get(0);

        // By the clock of the next leader, nobody has led for ten minutes.
        late.advance(Duration.ofMinutes(10));
        takeOver(first, second);

        assertThat(second.client(key)
                        .leases()
                        .complete(job, leased.leaseToken(), Json.EMPTY_OBJECT)
                        .call()
                        .status())
                .isEqualTo(JobStatus.SUCCEEDED);
    }

    private void open(EngineBuilder one, EngineBuilder other) {
        first = one.open();
        second = other.open();
        opened.addAll(List.of(first, second));
        workspace = first.admin().createWorkspace("acme", "business").call().id();
        key = first.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private EngineBuilder builder(String node) {
        return Engine.builder()
                .log(log)
                .node(new Node(node, Optional.empty()))
                .secretKeyFile(directory.resolve("secret.key"))
                .adminToken("reigns-test-admin-token");
    }

    /** Lets another node lead, of which the leader learns by its next call. */
    private void takeOver(Engine leader, Engine next) {
        long epoch = leader.position().epoch();
        Patience.until(() -> {
            log.expireLease(epoch); // again, because a beat of the leader extends it
            return next.role() == NodeRole.LEADER;
        });
        Patience.until(() ->
                leader.call(Call.of("GET", "/v1/resources").withKey(key)).status() == 503
                        && leader.role() == NodeRole.FOLLOWER);
    }

    private String create(Engine leader, String idempotencyKey) {
        return TestEngine.id(leader.call(post(idempotencyKey)));
    }

    private Call post(String idempotencyKey) {
        return Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of("{\"name\":\"n\"}"));
    }

    private JobStatus status(Engine leader, String job) {
        return leader.client(key).job(job).call().status();
    }

    private static void awaitTheEnded(List<WeakReference<Store>> ended) {
        Patience.until(() -> {
            System.gc();
            return ended.stream().allMatch(each -> each.get() == null);
        });
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("plinth-"))
                .count();
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                latch.await();
                open = true;
            } catch (InterruptedException told) {
                open = false; // a handler that does not listen
            }
        }
    }
}
