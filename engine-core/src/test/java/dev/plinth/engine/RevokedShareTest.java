package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a share ends what the grantee has under way on the resource, and nothing else (contract §6). */
final class RevokedShareTest {
    private static final int WAIT_SECONDS = 30;

    private final Semaphore started = new Semaphore(0);
    private final CountDownLatch toldToEnd = new CountDownLatch(1);
    private TestEngine store;
    private String owner;
    private String grantee;
    private String granteeWorkspace;
    private String resource;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.asyncOperation("work", job -> {
                    started.release();
                    Patience.until(() -> job.isCancelRequested());
                    toldToEnd.countDown();
                    return null;
                })
                .jobHandler("broken", job -> {
                    throw new JobFailure("broken", "It never works.", false);
                }));
        owner = store.key();
        granteeWorkspace = store.newWorkspace("grantee");
        grantee = store.newKey(granteeWorkspace);
        resource = store.make("/v1/resources", "{\"name\":\"shared\"}");
        share(resource, granteeWorkspace, "editor");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void revoke_runningAndWaitingJobsOfTheGrantee_areEnded() throws Exception {
        String running = start(grantee, resource);
        awaitStarted();
        String queued = job(grantee, resource, "");
        String scheduled = job(grantee, resource, ",\"runAt\":\"2026-01-02T00:00:00.000Z\"");
        String retrying = job(grantee, resource, ",\"priority\":1");

        Reply revoked = unshare(resource, granteeWorkspace);

        assertThat(revoked.status()).isEqualTo(200);
        for (String waiting : List.of(queued, scheduled, retrying)) {
            assertThat(show(grantee, waiting)).contains("\"status\":\"canceled\"", "\"finishedAt\":");
        }
        assertThat(toldToEnd.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(show(grantee, running + "?wait=30")).contains("\"status\":\"canceled\"");
        String events = get(grantee, "/v1/events?type=job.canceled").text();
        assertThat(events).contains(queued, scheduled, retrying, running);
        assertThat(get(owner, "/v1/events?type=job.canceled").text()).doesNotContain("job_");
        assertThat(get(owner, "/v1/events?limit=1").text()).contains("resource.unshared");
    }

    @Test
    void narrow_editorToReader_endsJobsAndKeepsTheShare() throws Exception {
        String running = start(grantee, resource);
        awaitStarted();
        String queued = job(grantee, resource, "");

        share(resource, granteeWorkspace, "reader");

        assertThat(show(grantee, queued)).contains("\"status\":\"canceled\"");
        assertThat(toldToEnd.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(show(grantee, running + "?wait=30")).contains("\"status\":\"canceled\"");
        assertThat(get(grantee, "/v1/resources/" + resource).text()).contains("\"role\":\"reader\"");
    }

    @Test
    void retry_afterRevoke_isRefusedAsIfTheResourceWereNotThere() {
        String failed = TestEngine.id(
                post(grantee, "/v1/jobs", "{\"type\":\"broken\",\"input\":{},\"resourceId\":\"" + resource + "\"}"));
        assertThat(show(grantee, failed + "?wait=30")).contains("\"status\":\"failed\"");
        unshare(resource, granteeWorkspace);

        Reply refused = post(grantee, "/v1/jobs/" + failed + "/retry", "{}");

        assertThat(refused.status()).as(refused.text()).isEqualTo(404);
        assertThat(show(grantee, failed)).contains("\"status\":\"failed\"");
        share(resource, granteeWorkspace, "reader");
        assertThat(post(grantee, "/v1/jobs/" + failed + "/retry", "{}").status())
                .isEqualTo(403);
        share(resource, granteeWorkspace, "editor");
        assertThat(post(grantee, "/v1/jobs/" + failed + "/retry", "{}").status())
                .isEqualTo(200);
    }

    @Test
    void grant_sameOrWiderRole_endsNothing() {
        String queued = job(grantee, resource, "");
        share(resource, granteeWorkspace, "editor");
        assertThat(show(grantee, queued)).contains("\"status\":\"queued\"");
        String reader = store.newWorkspace("reader");
        share(resource, reader, "reader");
        share(resource, reader, "editor");
        assertThat(show(grantee, queued)).contains("\"status\":\"queued\"");
    }

    @Test
    void revoke_jobsOfOthersAndOnOtherThings_goOn() {
        String third = store.newWorkspace("third");
        String thirdKey = store.newKey(third);
        share(resource, third, "editor");
        store.use(owner);
        String other = store.make("/v1/resources", "{\"name\":\"other\"}");
        share(other, granteeWorkspace, "editor");
        List<String> keep = new ArrayList<>();
        String ofOwner = job(owner, resource, "");
        String ofThird = job(thirdKey, resource, "");
        keep.add(job(grantee, other, ""));
        keep.add(TestEngine.id(post(grantee, "/v1/jobs", "{\"type\":\"idle\",\"input\":{}}")));
        String failedBefore = job(grantee, resource, "");
        assertThat(post(grantee, "/v1/jobs/" + failedBefore + "/cancel", "{}").status())
                .isEqualTo(200);
        String ended = show(grantee, failedBefore);
        store.pass(Duration.ofSeconds(1));

        assertThat(unshare(resource, granteeWorkspace).status()).isEqualTo(200);

        assertThat(show(owner, ofOwner)).contains("\"status\":\"queued\"");
        assertThat(show(thirdKey, ofThird)).contains("\"status\":\"queued\"");
        for (String job : keep) {
            assertThat(show(grantee, job)).contains("\"status\":\"queued\"");
        }
        assertThat(show(grantee, failedBefore)).isEqualTo(ended);
    }

    @Test
    void leave_ownShare_endsItAndTheOwnerHears() {
        Call leave = Call.of("DELETE", "/v1/resources/" + resource + "/shares/" + granteeWorkspace)
                .withKey(grantee)
                .withHeader("Idempotency-Key", "leave");
        String job = job(grantee, resource, "");

        Reply left = store.engine().call(leave);

        assertThat(left.text()).isEqualTo("{\"deleted\":true}");
        assertThat(get(grantee, "/v1/resources?shared=true").text()).contains("\"data\":[]");
        assertThat(get(grantee, "/v1/resources/" + resource).status()).isEqualTo(404);
        assertThat(show(grantee, job)).contains("\"status\":\"canceled\"");
        assertThat(get(owner, "/v1/events?type=resource.unshared").text()).contains(granteeWorkspace);
        assertThat(get(grantee, "/v1/events?type=resource.unshared").text()).contains("\"data\":[]");
        Reply replayed = store.engine().call(leave);
        assertThat(replayed.body()).isEqualTo(left.body());
        assertThat(replayed.headers()).containsKey("Idempotent-Replayed");
        assertThat(store.engine()
                        .call(leave.withHeader("Idempotency-Key", "again"))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void share_granteeHasNamedWhoseSharesItTakes_isRefusedAsIfThereWereNoSuchWorkspace() {
        String third = store.newWorkspace("third");
        String thirdKey = store.newKey(third);
        String noSuchWorkspace = "ws_00000000000000000000000000";
        assertThat(patch(thirdKey, "{\"sharesFrom\":[]}").text()).contains("\"sharesFrom\":[]");

        Reply refused = put(resource, third);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(withoutIds(refused)).isEqualTo(withoutIds(put(resource, noSuchWorkspace)));
        assertThat(get(thirdKey, "/v1/resources?shared=true").text()).contains("\"data\":[]");

        String ownerWorkspace = String.valueOf(
                Json.of(get(owner, "/v1/workspace").text()).asMap().get("id"));
        assertThat(patch(thirdKey, "{\"sharesFrom\":[\"" + ownerWorkspace + "\"]}")
                        .status())
                .isEqualTo(200);
        assertThat(put(resource, third).status()).isEqualTo(201);
        assertThat(patch(thirdKey, "{\"sharesFrom\":[]}").status()).isEqualTo(200);
        assertThat(get(thirdKey, "/v1/resources/" + resource).status())
                .as("what was shared before")
                .isEqualTo(200);

        assertThat(patch(thirdKey, "{\"sharesFrom\":null}").text()).doesNotContain("sharesFrom");
        assertThat(put(resource, third).status()).isEqualTo(200);
    }

    /** Contract §5: the refusal of an unknown grantee is one of the input, which no key remembers. */
    @Test
    void share_refusedUntilTheGranteeTakesIt_isDoneUnderTheSameKey() {
        String third = store.newWorkspace("third");
        String thirdKey = store.newKey(third);
        patch(thirdKey, "{\"sharesFrom\":[]}");
        String path = "/v1/resources/" + resource + "/shares/" + third;
        String inBatch =
                "{\"operations\":[{\"method\":\"PUT\",\"path\":\"" + path + "\",\"body\":{\"role\":\"editor\"}}]}";
        assertThat(store.keyed("k", "PUT", path, "{\"role\":\"reader\"}").status())
                .isEqualTo(422);
        assertThat(store.keyed("b", "POST", "/v1/batch", inBatch).status()).isEqualTo(422);
        assertThat(store.keyed("k", "PUT", path, "{\"role\":\"reader\"}").header("Idempotent-Replayed"))
                .isNull();

        patch(thirdKey, "{\"sharesFrom\":null}");

        Reply taken = store.keyed("k", "PUT", path, "{\"role\":\"reader\"}");
        assertThat(taken.status()).as(taken.text()).isEqualTo(201);
        assertThat(store.keyed("k", "PUT", path, "{\"role\":\"reader\"}").header("Idempotent-Replayed"))
                .isEqualTo("true");
        assertThat(store.keyed("b", "POST", "/v1/batch", inBatch).status()).isEqualTo(200);
    }

    @Test
    void share_withItself_isRefusedWithAllErrorsAtOnceBeforeTheResourceIsLookedAt() {
        String own = String.valueOf(
                Json.of(get(owner, "/v1/workspace").text()).asMap().get("id"));
        String noSuchResource = "res_00000000000000000000000000";

        Reply refused = store.keyed("k", "PUT", "/v1/resources/" + noSuchResource + "/shares/" + own, "{\"role\":7}");
        Reply inBatch = store.call(
                "POST",
                "/v1/batch",
                "{\"operations\":[{\"method\":\"PUT\",\"path\":\"/v1/resources/" + resource + "/shares/" + own
                        + "\",\"body\":{\"role\":\"reader\"}}]}");

        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.text())
                .contains("\"parameter\":\"workspaceId\"", "unknown_workspace", "\"pointer\":\"/role\"");
        assertThat(put(resource, own).text()).contains("No other workspace with this id accepts shares from this one.");
        assertThat(inBatch.text()).contains("unknown_workspace", "\"pointer\":\"/operations/0/path\"");
    }

    @Test
    void sharesFrom_noIdOfAWorkspace_isRefusedAtItsPlace() {
        Reply refused = patch(grantee, "{\"sharesFrom\":[\"" + granteeWorkspace + "\",7,\"res_x\"]}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text())
                .contains("\"/sharesFrom/1\"", "\"/sharesFrom/2\"")
                .doesNotContain("/sharesFrom/0");
    }

    private Reply patch(String key, String body) {
        return store.engine()
                .call(Call.of("PATCH", "/v1/workspace").withKey(key).withBody(Json.of(body)));
    }

    private Reply put(String what, String with) {
        return store.engine()
                .call(Call.of("PUT", "/v1/resources/" + what + "/shares/" + with)
                        .withKey(owner)
                        .withBody(Json.of("{\"role\":\"reader\"}")));
    }

    private static String withoutIds(Reply reply) {
        return reply.text().replaceAll("req_\\w+", "");
    }

    @Test
    void leave_shareOfAnother_isTheOwnersToEnd() {
        String third = store.newWorkspace("third");
        share(resource, third, "reader");

        Reply refused = store.engine()
                .call(Call.of("DELETE", "/v1/resources/" + resource + "/shares/" + third)
                        .withKey(grantee));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(get(store.newKey(third), "/v1/resources/" + resource).status())
                .isEqualTo(200);
    }

    @Test
    void revoke_moreJobsThanGoIntoOneRecord_endsAllOfThemOnce() {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 230; i++) {
            jobs.add(job(grantee, resource, ""));
        }
        Reply revoked = store.engine()
                .call(Call.of("DELETE", "/v1/resources/" + resource + "/shares/" + granteeWorkspace)
                        .withKey(owner)
                        .withHeader("Idempotency-Key", "k"));
        assertThat(revoked.text()).isEqualTo("{\"deleted\":true}");
        store.pass(Duration.ZERO);
        for (String job : jobs) {
            assertThat(show(grantee, job)).contains("\"status\":\"canceled\"");
        }
        int canceled = 0;
        String page = get(grantee, "/v1/events?type=job.canceled&limit=100").text();
        while (true) {
            canceled += page.split("\"job.canceled\"", -1).length - 1;
            Json parsed = Json.of(page);
            Object cursor = parsed.asMap().get("nextCursor");
            if (cursor == null) {
                break;
            }
            page = get(grantee, "/v1/events?type=job.canceled&limit=100&cursor=" + cursor)
                    .text();
        }
        assertThat(canceled).isEqualTo(230);
        assertThat(unshare(resource, granteeWorkspace).status()).isEqualTo(404);
    }

    @Test
    void delete_sharedResource_endsTheJobsOfAllGrantees() throws Exception {
        String third = store.newWorkspace("third");
        String thirdKey = store.newKey(third);
        share(resource, third, "editor");
        String running = start(grantee, resource);
        awaitStarted();
        List<String> queued = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            queued.add(job(thirdKey, resource, ""));
        }
        assertThat(post(owner, "/v1/resources/" + resource + "/archive", "{}").status())
                .isEqualTo(200);

        assertThat(store.engine()
                        .call(Call.of("DELETE", "/v1/resources/" + resource).withKey(owner))
                        .status())
                .isEqualTo(200);

        assertThat(toldToEnd.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        store.pass(Duration.ZERO);
        for (String job : queued) {
            assertThat(show(thirdKey, job)).contains("\"status\":\"canceled\"");
        }
        assertThat(show(grantee, running + "?wait=30")).contains("\"status\":\"canceled\"");
        assertThat(store.rows("shares")).isZero();
    }

    @Test
    void deleteWorkspace_ofTheOwner_endsTheJobsOfAllGrantees() throws Exception {
        String third = store.newWorkspace("third");
        String thirdKey = store.newKey(third);
        share(resource, third, "editor");
        String running = start(grantee, resource);
        awaitStarted();
        List<String> queued = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            queued.add(job(thirdKey, resource, ""));
        }
        String elsewhere = TestEngine.id(post(thirdKey, "/v1/jobs", "{\"type\":\"idle\",\"input\":{}}"));
        String doomed = store.engine().client(owner).workspace().call().id();

        store.engine().admin().deleteWorkspace(doomed).call();

        assertThat(toldToEnd.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(show(grantee, running + "?wait=30")).contains("\"status\":\"canceled\"");
        store.pass(Duration.ZERO);
        for (String job : queued) {
            assertThat(show(thirdKey, job)).contains("\"status\":\"canceled\"");
        }
        assertThat(get(thirdKey, "/v1/events?type=job.canceled").text()).contains(queued.get(119));
        assertThat(show(thirdKey, elsewhere)).contains("\"status\":\"queued\"");
        assertThat(store.rows("shares")).isZero();
    }

    @Test
    void delete_sharedResourceInBulk_endsTheJobsToo() {
        String queued = job(grantee, resource, "");
        assertThat(post(owner, "/v1/resources/" + resource + "/archive", "{}").status())
                .isEqualTo(200);
        String bulk = TestEngine.id(post(
                owner, "/v1/resources/bulk", "{\"operations\":[{\"action\":\"delete\",\"id\":\"" + resource + "\"}]}"));
        assertThat(show(owner, bulk + "?wait=30")).contains("\"succeeded\":1");
        assertThat(show(grantee, queued)).contains("\"status\":\"canceled\"");
    }

    private void awaitStarted() {
        try {
            assertThat(started.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts the operation that runs until it is told to end. */
    private String start(String key, String on) {
        return TestEngine.id(post(key, "/v1/resources/" + on + "/operations/work", "{}"));
    }

    /** Starts a job of a type that nobody handles, so that it waits. */
    private String job(String key, String on, String more) {
        return TestEngine.id(
                post(key, "/v1/jobs", "{\"type\":\"idle\",\"input\":{},\"resourceId\":\"" + on + "\"" + more + "}"));
    }

    private void share(String what, String with, String role) {
        Reply shared = store.engine()
                .call(Call.of("PUT", "/v1/resources/" + what + "/shares/" + with)
                        .withKey(owner)
                        .withBody(Json.of("{\"role\":\"" + role + "\"}")));
        assertThat(shared.status()).as(shared.text()).isBetween(200, 201);
    }

    private Reply unshare(String what, String from) {
        return store.engine()
                .call(Call.of("DELETE", "/v1/resources/" + what + "/shares/" + from)
                        .withKey(owner));
    }

    private String show(String key, String job) {
        return get(key, "/v1/jobs/" + job).text();
    }

    private Reply get(String key, String path) {
        return store.engine().call(Call.of("GET", path).withKey(key));
    }

    private Reply post(String key, String path, String body) {
        return store.engine().call(Call.of("POST", path).withKey(key).withBody(Json.of(body)));
    }
}
