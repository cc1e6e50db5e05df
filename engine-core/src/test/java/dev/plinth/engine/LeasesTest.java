package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Lease;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.LeasesClient;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers outside of the JVM: each job has one worker at a time, and nothing that a worker does or leaves undone loses a job. */
@Timeout(120)
final class LeasesTest {
    private static final LeaseRequest WAITING = LeaseRequest.of("send").awaiting(Duration.ofSeconds(30));
    private static final Json INPUT = Json.of("{\"number\":1}");
    private static final Json RESULT = Json.of("{\"sent\":true}");
    private static final int WORKERS = 8;

    @TempDir
    private Path directory;

    private TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void take_queuedJob_runsAtTheWorkerUntilItCompletes() {
        String id = start("send");

        LeasedJob leased = takeOne("send");

        assertThat(leased.job().id()).isEqualTo(id);
        assertThat(leased.job().status()).isEqualTo(JobStatus.RUNNING);
        assertThat(leased.job().attempt()).isOne();
        assertThat(leased.input()).isEqualTo(INPUT);
        assertThat(leased.leaseExpiresAt()).isEqualTo(now().plusSeconds(60));
        assertThat(leased.toString()).contains(id).doesNotContain(leased.leaseToken());
        Job done = leases().complete(id, leased.leaseToken(), RESULT).call();
        assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(done.result()).contains(RESULT);
        assertThat(job(id)).isEqualTo(done);
        assertThat(events("job.succeeded")).hasSize(1);
    }

    @Test
    void take_nothingQueued_isEmpty() {
        start("other");

        assertThat(take("{\"types\":[\"send\"]}")).isEmpty();
    }

    @Test
    void take_severalTypesAndPriorities_mostUrgentFirstThenOldest() {
        String third = start("a", "\"priority\":3");
        String fourth = start("b", "\"priority\":3");
        String last = start("a", "\"priority\":4");
        String first = start("b", "\"priority\":1");
        String second = start("b", "\"priority\":2");

        List<LeasedJob> jobs = take("{\"types\":[\"b\",\"a\"],\"max\":100}");

        assertThat(jobs).extracting(leased -> leased.job().id()).containsExactly(first, second, third, fourth, last);
        assertThat(jobs).extracting(LeasedJob::leaseToken).doesNotHaveDuplicates();
    }

    @Test
    void take_moreThanAsked_leavesTheRest() {
        IntStream.range(0, 5).forEach(i -> start("send"));

        assertThat(take("{\"types\":[\"send\"]}")).hasSize(1);
        assertThat(take("{\"types\":[\"send\"],\"max\":3}")).hasSize(3);
        assertThat(take("{\"types\":[\"send\"],\"max\":3}")).hasSize(1);
    }

    @Test
    void take_largeInputs_asManyAsFitIntoOneAnswer() {
        String large = "x".repeat(100_000);
        for (int i = 0; i < 3; i++) {
            TestEngine.id(store.call("POST", "/v1/jobs", "{\"type\":\"send\",\"input\":{\"text\":\"" + large + "\"}}"));
        }

        for (int i = 0; i < 3; i++) {
            List<LeasedJob> jobs = take("{\"types\":[\"send\"],\"max\":100}");
            assertThat(jobs).hasSize(1);
            assertThat(jobs.get(0).input().toString()).contains(large);
        }
    }

    /** A job of another workspace, a scheduled one, and one that a handler in the JVM has. */
    @Test
    void take_whatIsNotItsOwnOrNotQueued_getsNothing() {
        String mine = store.key();
        store.use(store.newKey(store.newWorkspace("other")));
        String foreign = start("send");
        store.use(mine);
        start("send", "\"runAt\":\"" + now().plusSeconds(60) + "\"");

        assertThat(take("{\"types\":[\"send\"],\"max\":10}")).isEmpty();

        store.pass(Duration.ofSeconds(60));
        assertThat(take("{\"types\":[\"send\"],\"max\":10}"))
                .hasSize(1)
                .noneMatch(job -> job.job().id().equals(foreign));
    }

    @Test
    void take_byManyWorkersAtOnce_eachJobGoesToOne() {
        store.use(store.newKey(store.newWideWorkspace()));
        int jobs = 400;
        IntStream.range(0, jobs).forEach(i -> start("send"));
        ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();

        List<CompletableFuture<Void>> workers = IntStream.range(0, WORKERS)
                .mapToObj(worker -> CompletableFuture.runAsync(
                        () -> {
                            List<LeasedJob> leased = take("{\"types\":[\"send\"],\"max\":3}");
                            while (!leased.isEmpty()) {
                                for (LeasedJob one : leased) {
                                    taken.add(one.job().id());
                                    leases().complete(one.job().id(), one.leaseToken(), RESULT)
                                            .call();
                                }
                                leased = take("{\"types\":[\"send\"],\"max\":3}");
                            }
                        },
                        task -> new Thread(task).start()))
                .toList();
        workers.forEach(CompletableFuture::join);

        assertThat(taken).hasSize(jobs).doesNotHaveDuplicates();
    }

    @Test
    void take_withWait_getsTheJobThatComes() throws Exception {
        CompletableFuture<List<LeasedJob>> waiting = leases().take(WAITING).submit();
        start("other");
        assertThat(waiting).isNotDone();

        String id = start("send");

        List<LeasedJob> jobs = waiting.get(30, TimeUnit.SECONDS);
        assertThat(jobs).extracting(leased -> leased.job().id()).containsExactly(id);
    }

    /** A worker that is too late goes on waiting; often, because who is too late between his look and the lock is seldom so. */
    @RepeatedTest(20)
    void take_twoWaitForTwoJobs_eachGetsOne() throws Exception {
        CompletableFuture<List<LeasedJob>> one = leases().take(WAITING).submit();
        CompletableFuture<List<LeasedJob>> other = leases().take(WAITING).submit();

        String first = start("send");
        CompletableFuture.anyOf(one, other).get(30, TimeUnit.SECONDS);
        String second = start("send");

        List<LeasedJob> jobs = new ArrayList<>(one.get(30, TimeUnit.SECONDS));
        jobs.addAll(other.get(30, TimeUnit.SECONDS));
        assertThat(jobs).extracting(leased -> leased.job().id()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void take_withWaitAndNothingComes_isEmptyAfterIt() {
        assertThat(take("{\"types\":[\"send\"],\"wait\":1}")).isEmpty();
    }

    @Test
    void take_withWaitWhenTheEngineCloses_isAnswered() throws Exception {
        CompletableFuture<List<LeasedJob>> waiting = leases().take(WAITING).submit();

        store.engine().close();

        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void take_underAnIdempotencyKey_givesTheSameLeaseAgain() {
        start("send");
        start("send");

        Reply first = store.keyed("k", "POST", "/v1/jobs/lease", "{\"types\":[\"send\"]}");
        Reply again = store.keyed("k", "POST", "/v1/jobs/lease", "{\"types\":[\"send\"]}");

        assertThat(again.text()).isEqualTo(first.text()).contains("leaseToken");
        assertThat(again.headers()).containsEntry("Idempotent-Replayed", "true");
    }

    /** The key is used by what was answered, and not by the waiting. */
    @Test
    void take_waitsUnderAnIdempotencyKey_remembersWhatItGot() throws Exception {
        CompletableFuture<List<LeasedJob>> waiting =
                leases().take(WAITING).idempotencyKey("k").submit();
        start("send");
        List<LeasedJob> got = waiting.get(30, TimeUnit.SECONDS);

        assertThat(leases().take(WAITING).idempotencyKey("k").call()).isEqualTo(got);
        assertThat(got).hasSize(1);
    }

    @Test
    void take_waitsUnderAnIdempotencyKey_whichIsInUseMeanwhile() throws Exception {
        CompletableFuture<Reply> waiting = lease("k", "");

        Reply same = store.keyed("k", "POST", "/v1/jobs/lease", "{\"types\":[\"send\"],\"wait\":30}");
        Reply other = store.keyed("k", "POST", "/v1/resources", "{\"name\":\"r\"}");
        CompletableFuture<Reply> patient = lease("k", "wait=30");

        assertThat(same.status()).isEqualTo(409);
        assertThat(same.text()).contains("idempotency_key_in_use");
        assertThat(same.headers()).containsEntry("Retry-After", "1");
        assertThat(other.status()).isEqualTo(422);
        assertThat(patient).isNotDone();
        start("send");
        Reply got = waiting.get(30, TimeUnit.SECONDS);
        Reply replayed = patient.get(30, TimeUnit.SECONDS);
        assertThat(replayed.text()).isEqualTo(got.text()).contains("leaseToken");
        assertThat(replayed.headers())
                .containsEntry("Idempotent-Replayed", "true")
                .containsEntry("Preference-Applied", "wait=30");
    }

    private CompletableFuture<Reply> lease(String key, String prefer) {
        Call call = Call.of("POST", "/v1/jobs/lease")
                .withKey(store.key())
                .withHeader("Idempotency-Key", key)
                .withBody(Json.of("{\"types\":[\"send\"],\"wait\":30}"));
        return store.engine().submit(prefer.isEmpty() ? call : call.withHeader("Prefer", prefer));
    }

    @Test
    void heartbeat_extendsFromNowOn() {
        String id = start("send");
        LeasedJob leased = take("{\"types\":[\"send\"],\"leaseSeconds\":10}").get(0);
        store.pass(Duration.ofSeconds(9));

        Lease usual = leases().heartbeat(id, leased.leaseToken()).call();
        assertThat(usual.expiresAt()).isEqualTo(now().plusSeconds(10));
        assertThat(usual.cancelRequested()).isFalse();
        Lease longer = leases().heartbeat(id, leased.leaseToken(), Duration.ofSeconds(100))
                .call();
        assertThat(longer.expiresAt()).isEqualTo(now().plusSeconds(100));
        Lease usualAgain = leases().heartbeat(id, leased.leaseToken()).call();
        assertThat(usualAgain.expiresAt()).isEqualTo(now().plusSeconds(10));

        store.pass(Duration.ofSeconds(9));
        assertThat(job(id).status()).isEqualTo(JobStatus.RUNNING);
        store.pass(Duration.ofSeconds(1));
        assertThat(job(id).status()).isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void progress_isShown() {
        String id = start("send");
        LeasedJob leased = takeOne("send");

        Job job = leases().progress(id, leased.leaseToken(), 3, 10, "thirds").call();

        assertThat(job.progress()).contains(Json.of("{\"done\":3,\"total\":10,\"message\":\"thirds\"}"));
        assertThat(job(id)).isEqualTo(job);
    }

    @Test
    void fail_retryable_isTriedAgainAfterItsGap() {
        String id = start("send");
        LeasedJob leased = takeOne("send");

        Job job = leases().fail(id, leased.leaseToken(), "smtp_down", "The mail server does not answer.", true)
                .call();

        assertThat(job.status()).isEqualTo(JobStatus.SCHEDULED);
        assertThat(job.error().orElseThrow().toString()).contains("smtp_down", "does not answer");
        assertThat(job.nextAttemptAt().orElseThrow()).isBetween(now().plusMillis(1_000), now().plusMillis(1_100));
        store.pass(Duration.ofMillis(1_100));
        assertThat(takeOne("send").job().attempt()).isEqualTo(2);
    }

    @Test
    void fail_notRetryable_isTheEnd() {
        String id = start("send");
        LeasedJob leased = takeOne("send");

        Job job = leases().fail(id, leased.leaseToken(), "bad_input", "No such address.", false)
                .call();

        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.finishedAt()).contains(now());
        assertThat(events("job.failed")).hasSize(1);
    }

    @Test
    void fail_withDetailOnly_isRetryableAndLongDetailIsCut() {
        String id = start("send");
        LeasedJob leased = takeOne("send");

        Reply reply = store.call(
                "POST",
                "/v1/jobs/" + id + "/fail",
                "{\"leaseToken\":\"" + leased.leaseToken() + "\",\"error\":{\"detail\":\"" + "y".repeat(5_000)
                        + "\"}}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text())
                .contains("\"status\":\"scheduled\"", "\"code\":\"worker_failed\"", "y".repeat(1_000) + "\"");
    }

    /** Two lapses use no attempt; with the third one the job fails. */
    @Test
    void lapse_threeTimes_fails() {
        String id = start("send");
        for (int lapse = 1; lapse <= 2; lapse++) {
            takeOne("send");
            store.pass(Duration.ofSeconds(60));
            assertThat(job(id).status()).isEqualTo(JobStatus.QUEUED);
            assertThat(job(id).attempt()).isZero();
        }

        assertThat(takeOne("send").job().attempt()).isOne();
        store.pass(Duration.ofSeconds(60));

        assertThat(job(id).status()).isEqualTo(JobStatus.FAILED);
        assertThat(job(id).error().orElseThrow().toString()).contains("lease_lapsed");
        assertThat(events("job.failed")).hasSize(1);
        store.call("POST", "/v1/jobs/" + id + "/retry");
        takeOne("send");
        store.pass(Duration.ofSeconds(60));
        assertThat(job(id).status()).as("a retry counts anew").isEqualTo(JobStatus.QUEUED);
    }

    /** A worker that answers, be it with a failure, is alive: the count starts anew with the next attempt. */
    @Test
    void lapse_afterAFailedAttempt_countsAnew() {
        String id = start("send");
        for (int lapse = 1; lapse <= 2; lapse++) {
            takeOne("send");
            store.pass(Duration.ofSeconds(60));
        }
        leases().fail(id, takeOne("send").leaseToken(), "busy", "Busy.", true).call();
        store.pass(Duration.ofSeconds(3));

        takeOne("send");
        store.pass(Duration.ofSeconds(60));

        assertThat(job(id).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(job(id).attempt()).isOne();
    }

    @Test
    void cancel_runningAtAWorker_isToldAndEndsWithItsFailure() {
        String id = start("send");
        LeasedJob leased = takeOne("send");

        Reply asked = store.call("POST", "/v1/jobs/" + id + "/cancel");

        assertThat(asked.status()).isEqualTo(202);
        assertThat(leases().heartbeat(id, leased.leaseToken()).call().cancelRequested())
                .isTrue();
        Job job = leases().fail(id, leased.leaseToken(), "stopped", "Stopped.", true)
                .call();
        assertThat(job.status()).isEqualTo(JobStatus.CANCELED);
        assertThat(events("job.canceled")).hasSize(1);
    }

    @Test
    void cancel_runningAtAWorker_resultThatItStillDeliversStands() {
        String id = start("send");
        LeasedJob leased = takeOne("send");
        store.call("POST", "/v1/jobs/" + id + "/cancel");

        assertThat(leases().complete(id, leased.leaseToken(), RESULT).call().status())
                .isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void cancel_runningAtAWorkerThatIsGone_isCanceledWhenTheLeaseLapses() {
        String id = start("send");
        takeOne("send");
        store.call("POST", "/v1/jobs/" + id + "/cancel");

        store.pass(Duration.ofSeconds(60));

        assertThat(job(id).status()).isEqualTo(JobStatus.CANCELED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "heartbeat | {\"leaseToken\":\"%s\"}",
                "progress  | {\"leaseToken\":\"%s\",\"done\":1,\"total\":2}",
                "complete  | {\"leaseToken\":\"%s\",\"result\":{}}",
                "fail      | {\"leaseToken\":\"%s\",\"error\":{\"detail\":\"no\"}}"
            })
    void tokenThatIsNotTheCurrentOne_leaseIsLost(String action, String body) {
        String id = start("send");
        String path = "/v1/jobs/" + id + "/" + action;
        assertLost(path, body, "lt_00000000000000000000000000");
        String lapsed = takeOne("send").leaseToken();
        store.pass(Duration.ofSeconds(60));
        assertLost(path, body, lapsed);
        LeasedJob current = takeOne("send");
        assertLost(path, body, lapsed);
        assertLost(path, body, "anything");

        leases().complete(id, current.leaseToken(), RESULT).call();

        assertLost(path, body, current.leaseToken());
        assertThat(job(id).result()).contains(RESULT);
        assertThat(store.call("POST", "/v1/jobs/job_00000000000000000000000000/" + action, body.formatted("x"))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void tokenOfAnotherWorkspacesJob_isNotFound() {
        String id = start("send");
        LeasedJob leased = takeOne("send");
        store.use(store.newKey(store.newWorkspace("other")));

        assertThatThrownBy(
                        () -> leases().complete(id, leased.leaseToken(), RESULT).call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("not_found"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"types\":[]}",
                "{\"types\":\"send\"}",
                "{\"types\":[\"send\",1]}",
                "{\"types\":[\"no spaces\"]}",
                "{\"types\":[\"resources.bulk\"]}",
                "{\"types\":[\"send\"],\"max\":0}",
                "{\"types\":[\"send\"],\"max\":101}",
                "{\"types\":[\"send\"],\"leaseSeconds\":0}",
                "{\"types\":[\"send\"],\"leaseSeconds\":3601}",
                "{\"types\":[\"send\"],\"wait\":31}",
                "{\"types\":[\"send\"],\"wait\":\"1\"}",
                "{\"types\":[\"send\"],\"other\":1}"
            })
    void take_wrongRequest_is422AndTakesNothing(String body) {
        start("send");

        assertThat(store.call("POST", "/v1/jobs/lease", body).status()).isEqualTo(422);
        assertThat(take("{\"types\":[\"send\"]}")).hasSize(1);
    }

    @Test
    void complete_withoutResult_is422AndWithNullHasNone() {
        String id = start("send");
        LeasedJob leased = takeOne("send");
        String path = "/v1/jobs/" + id + "/complete";

        Reply refused = store.call("POST", path, "{\"leaseToken\":\"" + leased.leaseToken() + "\"}");
        Reply done = store.call("POST", path, "{\"leaseToken\":\"" + leased.leaseToken() + "\",\"result\":null}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text()).contains("/result", "required");
        assertThat(done.text()).contains("\"status\":\"succeeded\"").doesNotContain("\"result\"");
    }

    @Test
    void workerCalls_costNoUnits() {
        store.use(store.newKey(store.engine()
                .admin()
                .createWorkspace("small", "starter")
                .call()
                .id()));
        start("send");
        long before = remaining();

        for (int i = 0; i < 100; i++) {
            assertThat(store.call("POST", "/v1/jobs/lease", "{\"types\":[\"none\"]}")
                            .status())
                    .isEqualTo(200);
        }
        LeasedJob leased = takeOne("send");
        leases().heartbeat(leased.job().id(), leased.leaseToken()).call();
        leases().complete(leased.job().id(), leased.leaseToken(), RESULT).call();

        assertThat(remaining()).isEqualTo(before);
    }

    @Test
    void restart_leaseOutlivesIt() {
        store.close();
        store = TestEngine.open(builder -> builder.directory(directory).tables(Tables.HEAP));
        String kept = start("send");
        String lapses = start("send");
        LeasedJob held = takeOne("send");
        takeOne("send");
        store.pass(Duration.ofSeconds(30));
        leases().heartbeat(kept, held.leaseToken()).call();

        store.reopen();

        assertThat(job(kept).status()).isEqualTo(JobStatus.RUNNING);
        assertThat(job(lapses).status()).isEqualTo(JobStatus.RUNNING);
        store.pass(Duration.ofSeconds(30));
        assertThat(job(lapses).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(leases().complete(kept, held.leaseToken(), RESULT).call().status())
                .isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void workspaceDeleted_itsLeasedJobsGo() {
        String mine = store.newWorkspace("gone");
        store.use(store.newKey(mine));
        start("send");
        takeOne("send");

        store.engine().admin().deleteWorkspace(mine).call();
        store.days(1);

        assertThat(store.rows("jobs")).isZero();
    }

    private void assertLost(String path, String body, String token) {
        Reply reply = store.call("POST", path, body.formatted(token));
        assertThat(reply.status()).as(reply.text()).isEqualTo(409);
        assertThat(reply.text()).contains("\"code\":\"lease_lost\"");
    }

    private String start(String type, String... members) {
        StringBuilder body = new StringBuilder("{\"type\":\"" + type + "\",\"input\":" + INPUT);
        for (String member : members) {
            body.append(',').append(member);
        }
        return TestEngine.id(store.call("POST", "/v1/jobs", body.append('}').toString()));
    }

    private LeasedJob takeOne(String type) {
        List<LeasedJob> jobs = leases().take(type).call();
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    private List<LeasedJob> take(String request) {
        return leases().take(LeaseRequest.of(Json.of(request))).call();
    }

    private LeasesClient leases() {
        return client().leases();
    }

    private PlinthClient client() {
        return store.engine().client(store.key());
    }

    private Job job(String id) {
        return client().job(id).call();
    }

    private List<String> events(String type) {
        return client().events().where("type", type).call().data().stream()
                .map(event -> event.id())
                .toList();
    }

    private long remaining() {
        return client().rateLimit().call().policies().get(0).remaining();
    }

    private Instant now() {
        return Instant.ofEpochMilli(store.clock.epochMillis());
    }
}
