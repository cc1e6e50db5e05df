package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.event.EventFeed;
import dev.plinth.engine.internal.job.HostJob;
import dev.plinth.engine.internal.job.JobAdmission;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.RetryingCommitter;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what work in the background does when the store takes none of its records. */
@Timeout(60)
final class RefusingStoreTest {
    private static final Outcome NO_ROOM =
            new Outcome.Refused(Refusal.of(ProblemCode.CAPACITY_EXHAUSTED, "Expected room, but there is none.")
                    .retryAfter(60));

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final TestEngine store = TestEngine.open(builder -> builder.jobHandler("held", job -> {
        begun.countDown();
        mayEnd.await();
        return null;
    }));

    @AfterEach
    void close() {
        mayEnd.countDown();
        store.close();
    }

    @Test
    void takeBackCrashed_noRoomForIt_isTriedAgainUntilThereIs() throws InterruptedException {
        String job = heldJob();
        RandomIds ids = new RandomIds();
        Commits commits = new Commits(store.engine().store(), ids, new SecretCipher(new byte[32], ids));
        AtomicBoolean full = new AtomicBoolean(true);
        JobRunner next = runner((caller, change) -> full.get() ? NO_ROOM : commits.commit(caller, change));

        next.takeOver(true);
        assertThat(next.startReady(store.clock.epochMillis())).isFalse();
        assertThat(asked).hasValue(2);
        full.set(false);

        assertThat(next.startReady(store.clock.epochMillis())).isTrue();
        assertThat(next.startReady(store.clock.epochMillis())).isTrue();
        assertThat(asked).as("asked for " + job).hasValue(3);
    }

    /** The third crash of an attempt fails a job, and the end of another node is no crash. */
    @Test
    void takeOver_noRoomToGiveTheJobOfAnotherNodeBack_isNoCrashLater() throws InterruptedException {
        String job = heldJob();
        RandomIds ids = new RandomIds();
        Commits commits = new Commits(store.engine().store(), ids, new SecretCipher(new byte[32], ids));
        AtomicBoolean full = new AtomicBoolean(true);
        AtomicBoolean broken = new AtomicBoolean();
        AtomicInteger handled = new AtomicInteger();
        JobRunner next = runner(
                (caller, change) -> {
                    if (broken.get()) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return full.get() ? NO_ROOM : commits.commit(caller, change);
                },
                Map.of("held", work -> {
                    handled.incrementAndGet();
                    broken.set(true);
                    return null;
                }));
        next.takeOver(false);
        full.set(false);

        for (int crashes = 1; crashes <= 2; crashes++) {
            int runs = crashes;
            Patience.until(() -> !next.startReady(store.clock.epochMillis()) && handled.get() == runs);
            broken.set(false);
        }
        assertThat(next.startReady(store.clock.epochMillis())).isTrue();

        assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"queued\"");
    }

    /** A store that has failed must not keep the engine from closing. */
    @Test
    void drain_storeRefusesToPutARunningJobBack_goesOn() throws InterruptedException {
        String job = heldJob();
        JobRunner runner = runner((caller, change) -> {
            throw RefusedException.of(ProblemCode.OUTCOME_UNKNOWN, "Expected the disk to answer, but it failed.");
        });

        runner.drain(0);

        assertThat(asked).hasValue(1);
        assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"running\"");
    }

    /** Its refusal asks the caller to come again, as a full disk's does; but nothing makes a failed journal well. */
    @Test
    void attempt_journalHasFailed_isNotCommittedAgain() {
        try (DeferredEngine late = DeferredEngine.open()) {
            late.journal.hold();
            late.append("resources", "POST", "/v1/resources", "{\"name\":\"r\"}");
            late.journal.unknown(late.journal.durable() + 1);
            Store failed = late.engine().store();
            RandomIds ids = new RandomIds();
            Commits commits = new Commits(failed, ids, new SecretCipher(new byte[32], ids));
            RetryingCommitter patient = new RetryingCommitter(
                    (caller, change) -> {
                        asked.incrementAndGet();
                        return commits.commit(caller, change);
                    },
                    failed::isWritable);

            Outcome outcome = patient.commit(Caller.OPERATOR, Access.rememberDefault());

            assertThat(outcome.status()).isEqualTo(503);
            assertThat(RetryingCommitter.mayHaveRoomLater(outcome)).isTrue();
            assertThat(asked).hasValue(1);
            assertThat(patient.isStopped()).isTrue();
        }
    }

    /** Else it would run for ever, as long as the process lives. */
    @Test
    void attempt_whoseEndCannotBeRecorded_goesBackToTheQueueAndRests() {
        String job = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");
        RandomIds ids = new RandomIds();
        Commits commits = new Commits(store.engine().store(), ids, new SecretCipher(new byte[32], ids));
        AtomicBoolean full = new AtomicBoolean();
        AtomicInteger handled = new AtomicInteger();
        JobRunner runner = runner(
                (caller, change) -> {
                    if (full.get()) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return commits.commit(caller, change);
                },
                Map.of("elsewhere", work -> {
                    handled.incrementAndGet();
                    full.set(true);
                    return null;
                }));

        assertThat(runner.startReady(store.clock.epochMillis())).isFalse();
        assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"running\"");
        full.set(false);
        assertThat(runner.startReady(store.clock.epochMillis())).isTrue();

        assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"queued\"");
        assertThat(runner.hasReady()).as("at once").isFalse();
        assertThat(handled).hasValue(1);
    }

    @Test
    void listener_failsWhileItsPlaceCannotBeNoted_getsNoEventAgainThatItHasTaken() throws InterruptedException {
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch four = new CountDownLatch(4);
        EventFeed.Listener listener = (workspace, event, trace) -> {
            seen.add(event.data().toString());
            four.countDown();
            if (seen.size() == 3) {
                throw new IllegalStateException("Expected to call out, but could not");
            }
            return null;
        };
        for (int n = 1; n <= 3; n++) {
            store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{\"n\":" + n + "}}");
        }
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (EventFeed feed =
                new EventFeed(store.engine().store(), (caller, change) -> NO_ROOM, threads, Map.of("l", listener))) {
            feed.wake();
            assertThat(four.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            threads.shutdown();
        }
        assertThat(seen.subList(0, 3)).doesNotHaveDuplicates();
        assertThat(seen.get(3)).isEqualTo(seen.get(2));
    }

    private String heldJob() throws InterruptedException {
        String job = store.make("/v1/jobs", "{\"type\":\"held\",\"input\":{}}");
        begun.await();
        return job;
    }

    private JobRunner runner(Committer committer) {
        return runner(committer, Map.of());
    }

    private JobRunner runner(Committer committer, Map<String, HostJob.Code> handlers) {
        return new JobRunner(
                store.engine().store(),
                (caller, change) -> {
                    asked.incrementAndGet();
                    return committer.commit(caller, change);
                },
                Runnable::run,
                handlers,
                new JobRunner.OwnJobs(Map.of(), Map.of()),
                new ProblemJson("https://plinth.dev/problems/"),
                new JobAdmission(80, Access::isActive, (rows, owner) -> Caller.hostFor(owner, Plan.STARTER, 0)));
    }
}
