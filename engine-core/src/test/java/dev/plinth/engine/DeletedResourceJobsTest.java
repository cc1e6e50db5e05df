package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The owner's jobs on a resource go on when it is archived and deleted, in whatever state they are. */
@Timeout(120)
final class DeletedResourceJobsTest {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicBoolean works = new AtomicBoolean();
    private TestEngine store;
    private String resource;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.jobHandler("slow", job -> {
                    begun.countDown();
                    await(goOn);
                    return Json.of("{\"resource\":\"" + job.resourceId().orElseThrow() + "\",\"canceled\":"
                            + job.isCancelRequested() + "}");
                })
                .jobHandler("later", job -> Json.of("{\"ran\":true}"))
                .jobHandler("flaky", job -> {
                    if (works.get()) {
                        return Json.of("{\"attempt\":" + job.attempt() + "}");
                    }
                    throw new JobFailure("broken", "It fails at first.", true);
                })
                .jobHandler("broken", job -> {
                    throw new JobFailure("broken", "It never works.", false);
                })
                .jobHandler("writes", job -> {
                    begun.countDown();
                    await(goOn);
                    job.effects().pause(job.resourceId().orElseThrow());
                    return Json.EMPTY_OBJECT;
                }));
        resource = store.make("/v1/resources", "{\"name\":\"r\"}");
    }

    @AfterEach
    void close() {
        goOn.countDown();
        store.close();
    }

    @Test
    void delete_scheduledJob_runsAtItsTime() {
        String job = start("later", ",\"runAt\":\"2026-01-02T00:00:00.000Z\"");

        delete();

        assertThat(show(job)).contains("\"status\":\"scheduled\"", resource);
        store.days(1);
        assertThat(show(job + "?wait=30")).contains("\"status\":\"succeeded\"", "\"ran\":true", resource);
        assertThat(store.events(resource)).contains("job.succeeded " + job, "resource.deleted " + resource);
    }

    @Test
    void delete_queuedJob_isLeasedAndEndsAsEver() {
        String job = start("elsewhere", "");

        delete();

        assertThat(show(job)).contains("\"status\":\"queued\"");
        String token = lease(job);
        assertThat(complete(job, token, "").text()).contains("\"status\":\"succeeded\"", resource);
    }

    @Test
    void delete_runningJob_isNotAskedToEndAndItsResultStands() {
        String job = start("slow", "");
        await(begun);

        delete();

        assertThat(show(job)).contains("\"status\":\"running\"").doesNotContain("cancelRequested");
        goOn.countDown();
        assertThat(show(job + "?wait=30"))
                .contains("\"status\":\"succeeded\"", "\"result\":{\"resource\":\"" + resource, "\"canceled\":false");
    }

    @Test
    void delete_leasedJob_keepsItsLeaseAndItsResultStands() {
        String job = start("elsewhere", "");
        String token = lease(job);

        delete();

        assertThat(store.call("POST", "/v1/jobs/" + job + "/heartbeat", "{\"leaseToken\":\"" + token + "\"}")
                        .text())
                .contains("\"cancelRequested\":false");
        Reply refused = complete(
                job,
                token,
                ",\"operations\":[{\"method\":\"PATCH\",\"path\":\"/v1/resources/" + resource
                        + "\",\"body\":{\"name\":\"x\"}}]");
        assertThat(refused.status()).as(refused.text()).isEqualTo(404);
        assertThat(complete(job, token, "").text()).contains("\"status\":\"succeeded\"");
    }

    @Test
    void delete_jobBetweenTwoAttempts_runsAgain() {
        String job = start("flaky", "");
        Patience.until(() -> show(job).contains("\"nextAttemptAt\""));

        delete();

        assertThat(show(job)).contains("\"nextAttemptAt\"").doesNotContain("canceled");
        works.set(true);
        store.pass(Duration.ofMinutes(1));
        assertThat(show(job + "?wait=30")).contains("\"status\":\"succeeded\"", "\"attempt\":2");
    }

    @Test
    void delete_runningJobThatChangesTheResource_failsAndNamesTheCode() {
        String job = start("writes", ",\"maxAttempts\":1");
        await(begun);

        delete();

        goOn.countDown();
        assertThat(show(job + "?wait=30")).contains("\"status\":\"failed\"", "\"code\":\"not_found\"");
    }

    @Test
    void delete_failedJob_isNotRetriedAndNoNewOneIsTaken() {
        String job = start("broken", "");
        assertThat(show(job + "?wait=30")).contains("\"status\":\"failed\"");

        delete();

        assertThat(store.call("POST", "/v1/jobs/" + job + "/retry").status()).isEqualTo(404);
        assertThat(store.call("POST", "/v1/jobs", body("broken", "")).status()).isEqualTo(404);
        assertThat(store.text("/v1/jobs?resourceId=" + resource)).contains(job);
    }

    private void delete() {
        assertThat(store.call("POST", "/v1/resources/" + resource + "/archive").status())
                .isEqualTo(200);
        Reply deleted = store.call("DELETE", "/v1/resources/" + resource);
        assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
        assertThat(store.status("/v1/resources/" + resource)).isEqualTo(404);
    }

    private String start(String type, String more) {
        return store.make("/v1/jobs", body(type, more));
    }

    private String body(String type, String more) {
        return "{\"type\":\"" + type + "\",\"input\":{},\"resourceId\":\"" + resource + "\"" + more + "}";
    }

    private String show(String job) {
        return store.text("/v1/jobs/" + job);
    }

    private String lease(String job) {
        String leased = store.call("POST", "/v1/jobs/lease", "{\"types\":[\"elsewhere\"]}")
                .text();
        assertThat(leased).contains(job, resource);
        return leased.replaceAll(".*\"leaseToken\":\"([^\"]+)\".*", "$1");
    }

    private Reply complete(String job, String token, String more) {
        return store.call(
                "POST",
                "/v1/jobs/" + job + "/complete",
                "{\"leaseToken\":\"" + token + "\",\"result\":{}" + more + "}");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
