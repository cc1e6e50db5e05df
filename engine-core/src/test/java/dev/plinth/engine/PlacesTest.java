package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much work is in flight at once, on which executor, and for how long closing waits for it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PlacesTest {
    private static final Plan NARROW = Plan.perMinute("narrow", 6_000).withRunningMax(1, 1);
    private static final Plan WIDE = Plan.perMinute("narrow", 6_000).withRunningMax(2, 3);

    @TempDir
    private Path directory;

    private final Semaphore mayEnd = new Semaphore(0);
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final Map<String, String> keys = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    /** An engine whose jobs tell their workspace when they begin, and end when they may. */
    private EngineBuilder builder() {
        return Engine.builder().webhookAllow("127.0.0.0/8").jobHandler("held", job -> {
            mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
            begun.add(job.workspaceId());
            mayEnd.acquire();
            running.decrementAndGet();
            return null;
        });
    }

    private String workspace(Engine engine, String plan) {
        String workspace = engine.admin().createWorkspace("w", plan).call().id();
        keys.put(
                workspace,
                engine.admin().createKey(workspace, "k").call().secret().orElseThrow());
        return workspace;
    }

    private Reply call(Engine engine, String workspace, String method, String path, String body) {
        Reply reply =
                engine.call(Call.of(method, path).withKey(keys.get(workspace)).withBody(Json.of(body)));
        assertThat(reply.status()).as(reply.text()).isBetween(200, 202);
        return reply;
    }

    private String start(Engine engine, String workspace) {
        return TestEngine.id(call(engine, workspace, "POST", "/v1/jobs", "{\"type\":\"held\",\"input\":{}}"));
    }

    private void awaitEnd(Engine engine, String workspace, String job) {
        Reply reply;
        do {
            reply = engine.call(Call.of("GET", "/v1/jobs/" + job + "?wait=30").withKey(keys.get(workspace)));
        } while (!reply.text().contains("\"status\":\"succeeded\""));
    }

    @Test
    void jobs_withOnePlace_runOneAfterTheOther() throws InterruptedException {
        try (Engine engine = builder().places(Places.DEFAULT.withJobs(1)).open()) {
            String one = workspace(engine, "pro");
            String other = workspace(engine, "pro");
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                jobs.add(start(engine, one));
                jobs.add(start(engine, other));
            }
            mayEnd.release(jobs.size());
            for (int i = 0; i < jobs.size(); i++) {
                awaitEnd(engine, i % 2 == 0 ? one : other, jobs.get(i));
            }

            assertThat(mostAtOnce).hasValue(1);
        } finally {
            mayEnd.release(100);
        }
    }

    @Test
    void places_raisedByAReload_startWhatWaits() throws InterruptedException {
        try (Engine engine = builder().places(Places.DEFAULT.withJobs(1)).open()) {
            String one = workspace(engine, "pro");
            String other = workspace(engine, "pro");
            start(engine, one);
            start(engine, other);
            String first = begun.take();

            engine.settings().replace(Engine.builder().places(Places.DEFAULT.withJobs(2)));

            assertThat(begun.take()).isNotEqualTo(first);
            mayEnd.release(100);
        } finally {
            mayEnd.release(100);
        }
    }

    @Test
    void plan_withOneJobAtOnce_holdsItsWorkspaceAloneUntilThePlanIsRaised() throws InterruptedException {
        try (Engine engine = builder().plan(NARROW).open()) {
            String narrow = workspace(engine, "narrow");
            String other = workspace(engine, "pro");
            start(engine, narrow);
            start(engine, narrow);
            assertThat(begun.take()).isEqualTo(narrow);
            start(engine, other);
            assertThat(begun.take()).isEqualTo(other);
            assertThat(begun).isEmpty();

            engine.settings().replace(Engine.builder().plan(WIDE));
            assertThat(begun.take()).isEqualTo(narrow);
            mayEnd.release(100);
        } finally {
            mayEnd.release(100);
        }
    }

    /** An endpoint of which nothing is known has four at once, unless the plan says less. */
    @Test
    void plan_withOneDeliveryAtOnce_holdsItsWorkspaceUntilThePlanIsRaised() {
        try (HeldReceiver receiver = new HeldReceiver();
                HeldReceiver control = new HeldReceiver();
                Engine engine = builder().plan(NARROW).open()) {
            String narrow = workspace(engine, "narrow");
            call(engine, narrow, "POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\"}");
            for (int i = 0; i < 12; i++) {
                call(engine, narrow, "POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            }
            String other = workspace(engine, "pro");
            call(engine, other, "POST", "/v1/webhook-endpoints", "{\"url\":\"" + control.url() + "\"}");
            for (int i = 0; i < 4; i++) {
                call(engine, other, "POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            }
            receiver.awaitReceived(1);
            control.awaitReceived(4);
            control.letAllGo();
            assertThat(receiver.received()).isEqualTo(1);
            receiver.letGo(5);
            receiver.awaitReceived(6);
            assertThat(receiver.mostAtOnce()).isEqualTo(1);

            engine.settings()
                    .replace(Engine.builder().webhookAllow("127.0.0.0/8").plan(WIDE));
            receiver.awaitReceived(8);
            assertThat(receiver.mostAtOnce()).isEqualTo(3);
            receiver.letAllGo();
            receiver.awaitReceived(12);
            assertThat(receiver.mostAtOnce()).isEqualTo(3);
        }
    }

    @Test
    void plan_ofAWorkspaceChanged_holdsForItsNextDeliveries() {
        try (HeldReceiver receiver = new HeldReceiver();
                Engine engine = builder().plan(NARROW).open()) {
            String workspace = workspace(engine, "narrow");
            call(engine, workspace, "POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\"}");
            for (int i = 0; i < 4; i++) {
                call(engine, workspace, "POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            }
            receiver.awaitReceived(1);
            assertThat(receiver.mostAtOnce()).isEqualTo(1);

            engine.admin().changePlan(workspace, "pro").call();

            receiver.awaitReceived(4);
            assertThat(receiver.mostAtOnce()).isEqualTo(4);
            receiver.letAllGo();
        }
    }

    @Test
    void endpoint_withOnePlace_getsOneAfterTheOther() {
        try (HeldReceiver receiver = new HeldReceiver();
                Engine engine = builder()
                        .places(Places.DEFAULT.withDeliveries(4_096, 1))
                        .open()) {
            String workspace = workspace(engine, "pro");
            call(engine, workspace, "POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\"}");
            for (int i = 0; i < 6; i++) {
                call(engine, workspace, "POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            }
            for (int i = 1; i <= 6; i++) {
                receiver.awaitReceived(i);
                receiver.letGo(1);
            }

            assertThat(receiver.mostAtOnce()).isEqualTo(1);
        }
    }

    @Test
    void grace_shorterThanARunningHandler_interruptsItAndPutsTheJobBack() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        String workspace;
        String job;
        try (CapturedLog log = CapturedLog.open()) {
            Engine engine = Engine.builder()
                    .directory(directory)
                    .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(60)))
                    .jobHandler("held", context -> {
                        begun.add(context.workspaceId());
                        try {
                            mayEnd.acquire();
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                            throw e;
                        }
                        return null;
                    })
                    .open();
            workspace = workspace(engine, "pro");
            job = start(engine, workspace);
            begun.take();

            engine.close();

            interrupted.await();
            assertThat(log.lines())
                    .anySatisfy(line -> assertThat(line).contains("within 1 s of closing", "job " + job));
        }
        mayEnd.release(1);
        try (Engine again = builder().directory(directory).open()) {
            assertThat(begun.take()).isEqualTo(workspace);
            awaitEnd(again, workspace, job);
        }
    }

    @Test
    void places_raisedBeyondTheThreadsOfTheHostsExecutor_areRefused() {
        ExecutorService few = Executors.newFixedThreadPool(2);
        try (Engine engine = builder()
                .executor(few)
                .places(Places.DEFAULT.withJobs(1))
                .listener("audit", (context, event) -> {})
                .open()) {
            assertThatThrownBy(() -> engine.settings().replace(Engine.builder().places(Places.DEFAULT.withJobs(2))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must have a thread for each of 2 places.jobs");
        } finally {
            few.shutdown();
        }
    }

    @Test
    void executor_ofTheHostThatRejects_isAskedAgainAndStaysOpen() throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicInteger asked = new AtomicInteger();
        Executor sparing = task -> {
            switch (asked.incrementAndGet() % 3) {
                case 1 -> throw new RejectedExecutionException("no thread is free; try again");
                case 2 -> throw new IllegalStateException("the pool has not started");
                default -> {}
            }
            threads.execute(task);
        };
        mayEnd.release(100);
        CountDownLatch heard = new CountDownLatch(5);
        try (Engine engine = builder()
                .executor(sparing)
                .listener("audit", (workspace, event) -> {
                    if (event.type().equals("payment.processed")) {
                        heard.countDown();
                    }
                })
                .open()) {
            String workspace = workspace(engine, "pro");
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                jobs.add(start(engine, workspace));
                call(engine, workspace, "POST", "/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            }
            jobs.forEach(job -> awaitEnd(engine, workspace, job));
            heard.await();
        }

        assertThat(threads.isShutdown()).isFalse();
        threads.shutdown();
    }

    /** On the thread that looks for work a handler would hold up all others, so nothing runs there. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void executor_ofTheHostThatRunsOnTheCaller_runsNothingAndHoldsUpNoCall(boolean tellsWhatIsThrown) {
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        Executor inline = task -> {
            asked.incrementAndGet();
            Runnable run = tellsWhatIsThrown ? task : new FutureTask<>(task, null);
            run.run();
        };
        try (Engine engine = Engine.builder()
                .executor(inline)
                .jobHandler("held", job -> {
                    ran.incrementAndGet();
                    return null;
                })
                .open()) {
            String workspace = workspace(engine, "pro");
            String job = start(engine, workspace);

            for (int i = 0; i < 100; i++) {
                assertThat(call(engine, workspace, "GET", "/v1/jobs/" + job, "{}")
                                .text())
                        .contains("\"status\":\"queued\"");
            }
            assertThat(ran).hasValue(0);
            Patience.until(() -> asked.get() > 1);
        }
    }

    @Test
    void executor_ofTheHost_keepsNoInterruptOfTheEngine() throws InterruptedException {
        BlockingQueue<Boolean> kept = new LinkedBlockingQueue<>();
        Executor host = task -> new Thread(() -> {
                    task.run();
                    kept.add(Thread.currentThread().isInterrupted());
                })
                .start();
        Engine engine = Engine.builder()
                .executor(host)
                .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(60)))
                .jobHandler("held", job -> {
                    begun.add(job.workspaceId());
                    try {
                        mayEnd.acquire();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return null;
                })
                .open();
        start(engine, workspace(engine, "pro"));
        begun.take();

        engine.close();

        assertThat(kept.take()).isFalse();
    }
}
