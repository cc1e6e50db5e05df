package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what workers may do at once and in a while, and how it is shared out (contract §7). */
@Timeout(120)
final class WorkerCallsTest {
    private static final int STARTER = 60;

    @TempDir
    private Path directory;

    private TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void workers_ofAStarter_makeTenTimesItsRequestsAndTakeNoneOfThem() {
        String other = store.key();
        store.use(starter());
        for (int i = 0; i < STARTER * Limits.WORKER_CALLS_PER_REQUEST; i++) {
            assertThat(lease("a", 0).status()).isEqualTo(200);
        }

        Reply refused = lease("a", 0);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text()).contains("rate_limited", "600 calls in 60 seconds");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(store.text("/v1/rate-limit")).contains("\"remaining\":60");
        assertThat(store.call("GET", "/v1/jobs").status()).isEqualTo(200);
        store.pass(Duration.ofSeconds(1));
        assertThat(lease("a", 0).status()).isEqualTo(200);
        store.use(other);
        assertThat(lease("a", 0).status()).isEqualTo(200);
    }

    @Test
    void waits_beyondThoseOfAWorkspace_areAnsweredAtOnce() {
        List<CompletableFuture<Reply>> waiting = waiting(Limits.WAITING_CALLS_PER_GROUP_MAX, "a");

        assertThat(submit("a", 30).join().text()).isEqualTo("{\"data\":[]}");

        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        String job = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");
        assertThat(waiting.get(0).join().text()).contains(job);
    }

    @Test
    void queuedJob_ofAType_goesToTheFirstWhoWaitsForIt() {
        CompletableFuture<Reply> other = submit("b", 30);
        CompletableFuture<Reply> first = submit("a", 30);
        CompletableFuture<Reply> second = submit("a", 30);

        String one = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");
        assertThat(first.join().text()).contains(one);
        String two = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");

        assertThat(second.join().text()).contains(two);
        assertThat(other).isNotDone();
    }

    /** Revoked keys are told of the job like others, may not take it, and pass it on. */
    @Test
    void queuedJob_ofWhichARevokedKeyIsTold_goesToTheNext() {
        String keeping = store.key();
        Map<?, ?> made = Json.of(
                        store.call("POST", "/v1/keys", "{\"name\":\"k\"}").text())
                .asMap();
        store.use(made.get("secret").toString());
        CompletableFuture<Reply> revoked = submit("a", 30);
        store.use(keeping);
        CompletableFuture<Reply> next = submit("a", 30);
        CompletableFuture<Reply> earlier = submit("other", 20);
        assertThat(store.call("DELETE", "/v1/keys/" + made.get("id")).status()).isEqualTo(200);

        String job = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");

        // A wait that nobody ends looks at its end too, so what counts is which of them ends first.
        CompletableFuture.anyOf(next, earlier).join();
        assertThat(next).isDone();
        assertThat(next.join().text()).contains(job);
        assertThat(revoked.join().status()).isEqualTo(401);
    }

    @Test
    void progress_manyTimesASecond_isOneRecordAndShownAtOnce() {
        String job = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");
        String token = token(lease("a", 0));
        progress(job, token, 0);
        long before = store.engine().store().lastSequence();

        for (int i = 1; i <= 50; i++) {
            assertThat(progress(job, token, i).text()).contains("\"done\":" + i + ",");
            assertThat(store.text("/v1/jobs/" + job)).contains("\"done\":" + i + ",");
        }

        assertThat(store.engine().store().lastSequence()).isEqualTo(before);
        assertThat(store.text("/v1/jobs")).contains("\"done\":50,");
        store.pass(Duration.ofMillis(Limits.PROGRESS_MILLIS_MIN));
        progress(job, token, 51);
        assertThat(store.engine().store().lastSequence()).isEqualTo(before + 1);
        progress(job, token, 52);
        Reply done =
                store.call("POST", "/v1/jobs/" + job + "/complete", "{\"leaseToken\":\"" + token + "\",\"result\":{}}");
        assertThat(done.text()).contains("\"done\":52,");
        assertThat(store.text("/v1/jobs/" + job)).contains("\"done\":52,", "succeeded");
    }

    @Test
    void progress_thatNoRowHasTaken_isKeptByACleanCloseAndALapse() {
        store.close();
        store = TestEngine.open(builder -> builder.directory(directory).durability(Durability.OS));
        String job = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");
        String token = token(lease("a", 0));
        progress(job, token, 1);
        progress(job, token, 2);

        store.reopen();

        assertThat(store.text("/v1/jobs/" + job)).contains("\"done\":2,", "running");
        progress(job, token, 3);
        progress(job, token, 4);
        store.pass(Duration.ofSeconds(61));
        assertThat(store.text("/v1/jobs/" + job)).contains("\"done\":4,", "queued");
    }

    @Test
    void calls_thatHaveEnded_doNotCountAmongThoseUnderWay() {
        String endpoint = "/v1/webhook-endpoints/we_none";
        for (int i = 0; i < Limits.CALLS_PER_WORKSPACE_MAX; i++) {
            store.call("GET", endpoint);
            store.keyed("one", "POST", "/v1/resources", "{\"name\":\"n\"}");
            store.submit("GET", "/v1/resources").join();
        }

        assertThat(store.status("/v1/resources")).isEqualTo(200);
    }

    @Test
    void calls_moreThanMayBeUnderWay_areRefusedAndTakeNoUnit() {
        try (DeferredEngine late =
                DeferredEngine.open(builder -> builder.clock(ManualClock.startingAt(Instant.EPOCH)))) {
            Call create = late.asked("POST", "/v1/resources", "{\"name\":\"n\"}");
            late.journal.hold();
            List<CompletableFuture<Reply>> underWay = new ArrayList<>();
            for (int i = 0; i < Limits.CALLS_PER_WORKSPACE_MAX; i++) {
                underWay.add(late.engine().submit(create));
            }

            Reply refused = late.engine().submit(create).join();

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text()).contains("too_many_concurrent_requests", "1000 calls in flight");
            assertThat(refused.headers()).containsEntry("Retry-After", "1").containsKey("RateLimit");
            assertThat(late.engine().submit(create).join().headers())
                    .containsEntry("RateLimit", refused.headers().get("RateLimit"));
            late.journal.letGo();
            assertThat(underWay)
                    .allSatisfy(call -> assertThat(call.join().status()).isEqualTo(201));
            assertThat(late.engine().call(create).status()).isEqualTo(201);
        }
    }

    /** A server that closes ends the waits of its callers, while the engine goes on for others. */
    @Test
    void lease_whoseDoorEndsItsWaits_leavesTheNextJobToOthers() throws Exception {
        CallDoor door = store.engine().door(Runnable::run);
        CompletableFuture<Reply> left = door.submit(leaseCall("a", 30));
        door.endWaits();
        assertThat(left.get(20, TimeUnit.SECONDS).text()).contains("\"data\":[]");
        CompletableFuture<Reply> waiting = submit("a", 30);

        String job = store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");

        assertThat(waiting.get(60, TimeUnit.SECONDS).text()).contains(job);
    }

    /** Contract §4: a change of the plan keeps used units, those of workers too. */
    @Test
    void workers_whosePlanBecomesLarger_haveWhatItAdds() {
        String small = store.engine()
                .admin()
                .createWorkspace("small", "starter")
                .call()
                .id();
        store.use(store.newKey(small));
        for (int i = 0; i < STARTER * Limits.WORKER_CALLS_PER_REQUEST; i++) {
            assertThat(lease("a", 0).status()).isEqualTo(200);
        }
        assertThat(lease("a", 0).status()).isEqualTo(429);

        change(small, "pro");

        for (int i = 0; i < 5400; i++) {
            assertThat(lease("a", 0).status()).isEqualTo(200);
        }
        assertThat(lease("a", 0).status()).isEqualTo(429);
        change(small, "starter");
        assertThat(lease("a", 0).header("Retry-After")).isEqualTo("1");
        store.pass(Duration.ofSeconds(1));
        assertThat(lease("a", 0).status()).isEqualTo(200);
    }

    @Test
    void lease_thatCannotWait_remembersThatItGotNothing() throws Exception {
        CallDoor door = store.engine().door(Runnable::run);
        Call ended = leaseCall("a", 30).withHeader("Idempotency-Key", "ended");
        CompletableFuture<Reply> left = door.submit(ended);
        door.endWaits();
        Reply first = left.get(20, TimeUnit.SECONDS);
        waiting(Limits.WAITING_CALLS_PER_GROUP_MAX, "b");
        Call beyond = leaseCall("a", 30).withHeader("Idempotency-Key", "beyond");
        Reply second = store.engine().call(beyond);
        store.make("/v1/jobs", "{\"type\":\"a\",\"input\":{}}");

        assertThat(List.of(store.engine().call(ended), store.engine().call(beyond)))
                .allSatisfy(again -> assertThat(again.headers()).containsEntry("Idempotent-Replayed", "true"))
                .extracting(Reply::text)
                .containsExactly(first.text(), second.text())
                .containsOnly("{\"data\":[]}");
        assertThat(lease("a", 0).text()).contains("leaseToken");
    }

    private String starter() {
        return store.newKey(store.engine()
                .admin()
                .createWorkspace("small", "starter")
                .call()
                .id());
    }

    private List<CompletableFuture<Reply>> waiting(int count, String type) {
        List<CompletableFuture<Reply>> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waiting.add(submit(type, 30));
        }
        return waiting;
    }

    private CompletableFuture<Reply> submit(String type, int wait) {
        return store.engine().submit(leaseCall(type, wait));
    }

    private void change(String workspace, String plan) {
        assertThat(store.engine()
                        .call(Call.of("PATCH", "/admin/v1/workspaces/" + workspace)
                                .withKey(store.adminToken())
                                .withBody(Json.of("{\"plan\":\"" + plan + "\"}")))
                        .status())
                .isEqualTo(200);
    }

    private Reply lease(String type, int wait) {
        return store.engine().call(leaseCall(type, wait));
    }

    private Call leaseCall(String type, int wait) {
        return Call.of("POST", "/v1/jobs/lease")
                .withKey(store.key())
                .withBody(Json.of("{\"types\":[\"" + type + "\"],\"wait\":" + wait + "}"));
    }

    private Reply progress(String job, String token, int done) {
        Reply reply = store.call(
                "POST",
                "/v1/jobs/" + job + "/progress",
                "{\"leaseToken\":\"" + token + "\",\"done\":" + done + ",\"total\":100}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private static String token(Reply lease) {
        List<?> data = (List<?>) Json.of(lease.text()).asMap().get("data");
        return ((Map<?, ?>) data.get(0)).get("leaseToken").toString();
    }
}
