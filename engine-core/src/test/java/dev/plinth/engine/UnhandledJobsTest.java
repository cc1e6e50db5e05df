package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job of a type that nothing handles says so (contract §7), and the figures tell of it. */
final class UnhandledJobsTest {
    private static final String UNHANDLED = "\"handled\":false";

    private TestEngine store = TestEngine.open(builder -> builder.jobHandler("known", job -> Json.EMPTY_OBJECT)
            .jobHandler("fails", job -> {
                throw new JobFailure("no", "It fails.", true);
            })
            .asyncOperation("render", job -> Json.EMPTY_OBJECT));

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void runAt_atTheEpoch_isShown() {
        assertThat(store.text("/v1/jobs/" + job("nobody", ",\"runAt\":\"1970-01-01T00:00:00Z\"")))
                .contains("\"status\":\"queued\"", "\"runAt\":\"1970-01-01T00:00:00.000Z\"");
    }

    @Test
    void job_ofATypeThatNothingHandles_saysSoInItsGetAndInLists() {
        String job = job("nobody", "");

        assertThat(store.text("/v1/jobs/" + job)).endsWith("," + UNHANDLED + "}");
        assertThat(store.text("/v1/jobs")).contains(UNHANDLED);
        assertThat(store.engine().client(store.key()).job(job).call().handled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"known", "render", "fails"})
    void job_ofATypeWithAHandler_saysNothing(String type) {
        String later = job(type, ",\"runAt\":\"2027-01-01T00:00:00Z\"");

        assertThat(store.text("/v1/jobs/" + later)).contains("\"scheduled\"").doesNotContain("handled");
        assertThat(store.text("/v1/jobs")).doesNotContain("handled");
        assertThat(store.engine().client(store.key()).job(later).call().handled())
                .isTrue();
    }

    @Test
    void job_scheduledOfATypeThatNothingHandles_saysSo() {
        assertThat(store.text("/v1/jobs/" + job("nobody", ",\"runAt\":\"2027-01-01T00:00:00Z\"")))
                .contains(UNHANDLED);
    }

    @Test
    void job_canceled_saysNothingMore() {
        String job = job("nobody", "");
        Reply canceled = store.call("POST", "/v1/jobs/" + job + "/cancel");

        assertThat(canceled.text()).contains("\"canceled\"").doesNotContain("handled");
        assertThat(store.text("/v1/jobs/" + job)).doesNotContain("handled");
        assertThat(store.text("/v1/events?type=job.canceled")).doesNotContain("handled");
    }

    @Test
    void job_ofATypeThatAWorkerHasLeased_countsAsHandledForAnHour() {
        String first = job("rented", "");
        String second = job("rented", "");
        assertThat(store.text("/v1/jobs/" + second)).contains(UNHANDLED);

        Reply lease = lease("rented");
        assertThat(lease.text()).contains(first).doesNotContain("handled");
        assertThat(store.text("/v1/jobs/" + first)).doesNotContain("handled");
        assertThat(store.text("/v1/jobs/" + second)).doesNotContain("handled");
        complete(lease, first);
        store.pass(Duration.ofMinutes(60).minusMillis(1));
        assertThat(store.text("/v1/jobs/" + second)).doesNotContain("handled");
        store.pass(Duration.ofMillis(1));
        assertThat(store.text("/v1/jobs/" + second)).contains(UNHANDLED);
        store.pass(Duration.ofSeconds(5));
        assertThat(store.rows("leased types")).isZero();
    }

    /** A worker that is busy with one long job is there. */
    @Test
    void job_whileAWorkerExtendsALeaseOfItsType_countsAsHandled() {
        String first = job("rented", "");
        String second = job("rented", "");
        String token = token(store.call("POST", "/v1/jobs/lease", "{\"types\":[\"rented\"],\"leaseSeconds\":3600}"));
        for (int i = 0; i < 3; i++) {
            store.pass(Duration.ofMinutes(50));
            Reply beat = store.call("POST", "/v1/jobs/" + first + "/heartbeat", "{\"leaseToken\":\"" + token + "\"}");
            assertThat(beat.status()).as(beat.text()).isEqualTo(200);
            assertThat(store.text("/v1/jobs/" + second)).doesNotContain("handled");
        }
        assertThat(store.rows("leased types")).isOne();
    }

    @Test
    void job_ofATypeThatAnotherWorkspacesWorkersLease_isNotHandled() {
        job("rented", "");
        lease("rented");
        store.use(store.newKey(store.newWorkspace("other")));

        assertThat(store.text("/v1/jobs/" + job("rented", ""))).contains(UNHANDLED);
    }

    @Test
    void job_retriedOfATypeThatNothingHandles_saysSo() {
        String job = job("rented", ",\"maxAttempts\":1");
        String token = token(lease("rented"));
        Reply failed = store.call(
                "POST",
                "/v1/jobs/" + job + "/fail",
                "{\"leaseToken\":\"" + token + "\",\"error\":{\"detail\":\"no\"},\"retryable\":false}");
        assertThat(failed.text()).contains("\"failed\"").doesNotContain("handled");
        store.pass(Duration.ofHours(2));

        assertThat(store.call("POST", "/v1/jobs/" + job + "/retry").text()).contains(UNHANDLED);
    }

    @Test
    void leasedTypes_ofADeletedWorkspace_goWithIt() {
        String workspace = store.newWorkspace("doomed");
        store.use(store.newKey(workspace));
        job("rented", "");
        lease("rented");
        assertThat(store.rows("leased types")).isOne();

        store.engine().admin().deleteWorkspace(workspace).call();
        store.pass(Duration.ofSeconds(5));

        assertThat(store.rows("leased types")).isZero();
    }

    @Test
    void leasedTypes_outliveARestart(@TempDir Path directory) {
        store.close();
        store = TestEngine.open(builder -> builder.directory(directory).durability(Durability.OS));
        job("rented", "");
        String second = job("rented", "");
        lease("rented");
        store.pass(Duration.ofMinutes(30));

        store.reopen();

        assertThat(store.text("/v1/jobs/" + second)).doesNotContain("handled");
        store.pass(Duration.ofMinutes(31));
        assertThat(store.text("/v1/jobs/" + second)).contains(UNHANDLED);
    }

    @Test
    void figures_countWhatNothingHandlesAndTellTheAgeOfTheOldest() {
        assertThat(store.engine().jobFigures()).isEqualTo(JobFigures.of(0));
        job("rented", "");
        store.pass(Duration.ofSeconds(10));
        job("nobody", "");
        job("nobody", "");
        lease("rented");
        job("rented", "");
        store.pass(Duration.ofSeconds(20));
        job("nobody", "");

        Duration oldest = Duration.ofSeconds(20);
        assertThat(store.engine().jobFigures())
                .isEqualTo(JobFigures.of(3).withOldestUnhandled(oldest).withOldestQueued(oldest));
        assertThat(store.engine().call(Call.of("GET", "/metrics")).text())
                .contains("\nplinth_jobs_unhandled 3\n")
                .contains("\nplinth_jobs_unhandled_oldest_seconds 20\n")
                .contains("\nplinth_jobs_queued_oldest_seconds 20\n");
    }

    @Test
    void figures_ofAClosedEngine_areRefused() {
        job("nobody", "");
        Engine closed = store.engine();
        closed.close();

        assertThatThrownBy(closed::jobFigures)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The engine is closing");
        assertThatThrownBy(closed::workspacesBeingDeleted)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The engine is closing");
    }

    @Test
    void figures_ofMoreThanOneLook_areTogether() {
        store.use(store.newKey(store.newWideWorkspace()));
        for (int i = 0; i < 250; i++) {
            job(i % 2 == 0 ? "nobody" : "rented", "");
        }
        assertThat(store.engine().jobFigures().unhandled()).isEqualTo(250);
        lease("rented");

        assertThat(store.engine().jobFigures().unhandled()).isEqualTo(125);
    }

    @Test
    void jobs_inAList_haveNeitherInputNorResult() {
        String job = job("known", "");
        store.pass(Duration.ofSeconds(1));

        assertThat(store.text("/v1/jobs/" + job)).contains("\"result\":{}");
        assertThat(store.text("/v1/jobs")).contains(job, "\"succeeded\"").doesNotContain("\"result\"", "\"input\"");
    }

    private String job(String type, String more) {
        return store.make("/v1/jobs", "{\"type\":\"" + type + "\",\"input\":{}" + more + "}");
    }

    private Reply lease(String type) {
        return store.call("POST", "/v1/jobs/lease", "{\"types\":[\"" + type + "\"]}");
    }

    private void complete(Reply lease, String job) {
        Reply done = store.call(
                "POST", "/v1/jobs/" + job + "/complete", "{\"leaseToken\":\"" + token(lease) + "\",\"result\":{}}");
        assertThat(done.status()).as(done.text()).isEqualTo(200);
    }

    private static String token(Reply lease) {
        return lease.text().replaceFirst(".*\"leaseToken\":\"([^\"]*)\".*", "$1");
    }
}
