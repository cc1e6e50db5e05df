package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end of a share whose grantee has many jobs on it (contract §6): from the answer on none of them begins, and all of them end. */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
final class LargeShareEndTest {
    private static final int MANY = 1_500;
    private static final int PARTS = 6;

    private final Semaphore started = new Semaphore(0);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @TempDir
    private Path directory;

    private String owner = "";
    private String grantee = "";
    private String granteeWorkspace = "";
    private String resource = "";

    @Test
    void revoke_beforeTheBackgroundWasThere_endsTheRightAndSaysWhatIsToCome() {
        try (TestEngine store = shared(builder -> {})) {
            List<String> jobs = jobs(store, MANY);
            try (HeldWriterLock frozen = new HeldWriterLock(store.engine(), () -> unshare(store))) {
                assertThat(frozen.reply().text()).isEqualTo("{\"deleted\":true}");

                assertThat(get(store, grantee, "/v1/resources/" + resource)).contains("not_found");
                assertThat(get(store, grantee, "/v1/jobs/" + jobs.get(MANY - 1)))
                        .contains("\"status\":\"queued\"", "\"cancelRequested\":true");
            }
            store.pass(Duration.ZERO);
            assertAllCanceledOnce(store, jobs);
        }
    }

    @Test
    void revoke_jobsWaitForWorkersElsewhere_noneIsLeasedAnyMore() {
        try (TestEngine store = shared(builder -> {})) {
            List<String> jobs = jobs(store, MANY);
            String other = TestEngine.id(post(store, grantee, "/v1/jobs", "{\"type\":\"idle\",\"input\":{}}"));
            AtomicInteger most = new AtomicInteger();
            store.engine().store().onCommitted((sequence, writes) -> most.accumulateAndGet(writes.size(), Math::max));

            assertThat(unshare(store).status()).isEqualTo(200);
            String leased = post(store, grantee, "/v1/jobs/lease", "{\"types\":[\"idle\"],\"max\":100,\"wait\":30}")
                    .text();

            assertThat(leased).contains(other).doesNotContain(jobs.get(0), jobs.get(MANY - 1));
            store.pass(Duration.ZERO);
            assertAllCanceledOnce(store, jobs);
            assertThat(most.get()).isLessThanOrEqualTo(2 * Limits.CANCELED_JOBS_PER_RECORD_MAX + 1);
        }
    }

    @Test
    void fail_leaseOfAJobThatIsToBeCanceled_cancelsIt() {
        try (TestEngine store = shared(builder -> {})) {
            jobs(store, MANY);
            String late = "{\"type\":\"late\",\"input\":{},\"resourceId\":\"" + resource + "\"}";
            post(store, grantee, "/v1/jobs", late);
            String leased = post(store, grantee, "/v1/jobs/lease", "{\"types\":[\"late\"]}")
                    .text();
            Map<?, ?> job = (Map<?, ?>) ((List<?>) Json.of(leased).asMap().get("data")).get(0);
            String failed = "{\"leaseToken\":\"" + job.get("leaseToken")
                    + "\",\"error\":{\"detail\":\"no\"},\"retryable\":false}";
            CompletableFuture<Reply> ended = new CompletableFuture<>();
            try (HeldWriterLock frozen = new HeldWriterLock(store.engine(), () -> unshare(store))) {
                assertThat(frozen.reply().status()).isEqualTo(200);
                String path = "/v1/jobs/" + job.get("id");
                assertThat(get(store, grantee, path)).contains("\"cancelRequested\":true");
                HeldWriterLock.awaitInLine(
                        HeldWriterLock.start(() -> ended.complete(post(store, grantee, path + "/fail", failed))));
            }

            assertThat(ended.join().text()).contains("\"status\":\"canceled\"");
        }
    }

    @Test
    void revoke_jobsWaitForPlacesInThisProcess_noneBeginsAnyMore() throws InterruptedException {
        try (TestEngine store = shared(builder -> builder.jobHandler("idle", job -> {
            started.release();
            mayEnd.await();
            return job.isCancelRequested() ? null : Json.of("{}");
        }))) {
            List<String> jobs = jobs(store, MANY);
            started.acquire(JobPlaces.CROWDED);

            assertThat(unshare(store).status()).isEqualTo(200);
            mayEnd.countDown();
            store.pass(Duration.ZERO);

            assertThat(started.availablePermits()).isZero();
            for (String job : jobs.subList(JobPlaces.CROWDED, MANY)) {
                assertThat(get(store, grantee, "/v1/jobs/" + job))
                        .contains("\"canceled\"")
                        .doesNotContain("startedAt");
            }
        } finally {
            mayEnd.countDown();
        }
    }

    @Test
    void grant_againAtOnce_endsOldJobsAndNoNewOnes() {
        try (TestEngine store = shared(builder -> {})) {
            List<String> jobs = jobs(store, MANY);

            share(store, "reader");
            assertThat(unshare(store).status()).isEqualTo(200);
            share(store, "editor");
            List<String> next = jobs(store, 3);
            store.pass(Duration.ZERO);

            assertAllCanceledOnce(store, jobs);
            for (String job : next) {
                assertThat(get(store, grantee, "/v1/jobs/" + job))
                        .contains("\"status\":\"queued\"")
                        .doesNotContain("cancelRequested");
            }
            assertThat(post(store, grantee, "/v1/jobs/lease", "{\"types\":[\"idle\"],\"max\":100}")
                            .text())
                    .contains(next.get(0), next.get(1), next.get(2));
        }
    }

    @Test
    void deleteResource_manyGranteesWithManyJobs_endsAllOfThem() {
        try (TestEngine store = shared(builder -> {})) {
            List<String> jobs = jobs(store, MANY);
            for (int i = 0; i < 40; i++) {
                String other = store.newWideWorkspace();
                share(store, other, "editor");
                post(store, store.newKey(other), "/v1/jobs", job());
            }
            post(store, owner, "/v1/resources/" + resource + "/archive", "{}");

            store.use(owner);
            assertThat(store.call("DELETE", "/v1/resources/" + resource).status())
                    .isEqualTo(200);
            store.pass(Duration.ZERO);

            assertAllCanceledOnce(store, jobs);
            assertThat(store.text("/metrics"))
                    .contains("plinth_jobs{status=\"canceled\"} " + (MANY + 40), "plinth_jobs{status=\"queued\"} 0");
            assertThat(store.rows("shares")).isZero();
        }
    }

    @Test
    void revoke_processDiesAnywhere_isDoneAfterTheNextStartOrNotAtAll() throws IOException {
        AtomicReference<Path> place = new AtomicReference<>(directory.resolve("data"));
        try (TestEngine store = shared(builder -> CrashedDirectory.keepIn(place.get(), builder))) {
            List<String> jobs = jobs(store, MANY);
            store.pass(Duration.ZERO);
            CrashedDirectory crashed = CrashedDirectory.begin(place.get());
            assertThat(unshare(store).status()).isEqualTo(200);
            store.pass(Duration.ZERO);
            crashed.end();

            CrashedDirectory.checkParts(PARTS, part -> {
                place.set(crashed.cut(part, directory.resolve("copy" + part)));
                store.reopen();
                store.pass(Duration.ZERO);
                if (get(store, grantee, "/v1/resources/" + resource).contains("not_found")) {
                    assertAllCanceledOnce(store, jobs);
                } else {
                    assertThat(store.text("/metrics")).contains("plinth_jobs{status=\"queued\"} " + MANY);
                }
            });
        }
    }

    @Test
    void deleteWorkspace_whileItsJobsAreCanceled_leavesNothing() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.days(40);
            byte[] before = store.engine().store().stateHash();
            String first = share(store);
            jobs(store, MANY);

            assertThat(unshare(store).status()).isEqualTo(200);
            store.engine().admin().deleteWorkspace(granteeWorkspace).call();
            store.engine().admin().deleteWorkspace(first).call();
            store.days(61);

            assertThat(store.engine().store().stateHash()).isEqualTo(before);
        }
    }

    private TestEngine shared(Consumer<EngineBuilder> more) {
        TestEngine store = TestEngine.open(more);
        share(store);
        return store;
    }

    /** Makes an owner, whose workspace it gives, and an editor of its resource. */
    private String share(TestEngine store) {
        String ownerWorkspace = store.newWideWorkspace();
        owner = store.newKey(ownerWorkspace);
        granteeWorkspace = store.newWideWorkspace();
        grantee = store.newKey(granteeWorkspace);
        resource = TestEngine.id(post(store, owner, "/v1/resources", "{\"name\":\"shared\"}"));
        share(store, "editor");
        return ownerWorkspace;
    }

    private void share(TestEngine store, String role) {
        share(store, granteeWorkspace, role);
    }

    private void share(TestEngine store, String with, String role) {
        assertThat(store.engine()
                        .call(Call.of("PUT", "/v1/resources/" + resource + "/shares/" + with)
                                .withKey(owner)
                                .withBody(Json.of("{\"role\":\"" + role + "\"}")))
                        .status())
                .isBetween(200, 201);
    }

    private Reply unshare(TestEngine store) {
        return store.engine()
                .call(Call.of("DELETE", "/v1/resources/" + resource + "/shares/" + granteeWorkspace)
                        .withKey(owner));
    }

    private List<String> jobs(TestEngine store, int count) {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(TestEngine.id(post(store, grantee, "/v1/jobs", job())));
        }
        return jobs;
    }

    private String job() {
        return "{\"type\":\"idle\",\"input\":{},\"resourceId\":\"" + resource + "\"}";
    }

    private void assertAllCanceledOnce(TestEngine store, List<String> jobs) {
        for (String job : jobs) {
            assertThat(get(store, grantee, "/v1/jobs/" + job)).contains("\"status\":\"canceled\"");
        }
        store.use(grantee);
        List<String> canceled = new ArrayList<>();
        jobs.forEach(job -> canceled.add("job.canceled " + job));
        assertThat(store.events(resource)).containsExactlyElementsOf(canceled);
    }

    private static String get(TestEngine store, String key, String path) {
        return store.engine().call(Call.of("GET", path).withKey(key)).text();
    }

    private static Reply post(TestEngine store, String key, String path, String body) {
        return store.engine().call(Call.of("POST", path).withKey(key).withBody(Json.of(body)));
    }
}
