package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobSnooze;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a job runs again: after a failure, after a snooze, and because a call asks for it. */
@Timeout(300)
final class JobRetriesTest {
    private static final Duration OUTAGE = Duration.ofHours(60);

    private final Map<String, List<Instant>> runs = new ConcurrentHashMap<>();
    private final AtomicInteger snoozes = new AtomicInteger();
    private volatile boolean isDown;

    private final TestEngine store = TestEngine.open(builder -> builder.jobHandler("call", this::call)
            .jobHandler("named", job -> {
                throw new JobFailure("busy", "Come back in an hour.", true).retryAfter(Duration.ofHours(1));
            })
            .jobHandler("patient", job -> {
                if (snoozes.incrementAndGet() <= 3) {
                    throw new JobSnooze(Duration.ofDays(2));
                }
                return Json.of("{\"attempt\":" + job.attempt() + "}");
            }));

    private final String workspace = store.newWorkspace("retrying");
    private final PlinthClient client = store.engine().workspace(workspace);

    @BeforeEach
    void useItsKey() {
        store.use(store.newKey(workspace));
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Calls a backend, which may be down. */
    private Json call(JobContext job) {
        runs.computeIfAbsent(job.jobId(), id -> new ArrayList<>()).add(store.clock.now());
        if (isDown) {
            throw new IllegalStateException("The backend is down.");
        }
        return Json.EMPTY_OBJECT;
    }

    @Test
    void fails_twentyTimes_theGapsGrowWithTheFourthPowerAndTakeSixDays() {
        isDown = true;
        String id = start(NewJob.of("call"));
        store.pass(Duration.ZERO);

        for (int attempt = 1; attempt < 20; attempt++) {
            Job job = job(id);
            assertThat(job.status()).isEqualTo(JobStatus.SCHEDULED);
            assertThat(job.attempt()).isEqualTo(attempt);
            Duration gap =
                    Duration.between(store.clock.now(), job.nextAttemptAt().orElseThrow());
            long least = Math.min(86_400, (long) Math.pow(attempt, 4)) * 1000;
            assertThat(gap.toMillis()).as("gap %d", attempt).isBetween(least, least + least / 10);
            store.pass(gap);
        }

        Job failed = job(id);
        assertThat(failed.status()).isEqualTo(JobStatus.FAILED);
        assertThat(failed.maxAttempts()).isEqualTo(20);
        List<Instant> all = runs.get(id);
        assertThat(Duration.between(all.get(0), all.get(19))).isBetween(Duration.ofDays(6), Duration.ofDays(7));
    }

    @Test
    void weekendWithoutTheBackend_aThousandJobsOfTenTenants_allSucceed() {
        List<PlinthClient> tenants = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tenants.add(store.engine().workspace(store.newWorkspace("tenant")));
        }
        isDown = true;
        for (PlinthClient tenant : tenants) {
            for (int i = 0; i < 100; i++) {
                tenant.startJob(NewJob.of("call")).call();
            }
        }

        for (Duration passed = Duration.ZERO; passed.compareTo(OUTAGE) < 0; passed = passed.plusHours(1)) {
            store.pass(Duration.ofHours(1));
        }
        isDown = false;
        store.pass(Duration.ofDays(1).plusHours(3));

        for (PlinthClient tenant : tenants) {
            assertThat(tenant.jobs().stream())
                    .hasSize(100)
                    .extracting(Job::status)
                    .containsOnly(JobStatus.SUCCEEDED);
        }
    }

    @Test
    void fails_withAGapOfItsOwn_waitsForThat() {
        String id = start(NewJob.of("named"));
        store.pass(Duration.ZERO);

        assertThat(job(id).nextAttemptAt()).contains(store.clock.now().plus(Duration.ofHours(1)));
        assertThat(job(id).error().orElseThrow().toString()).contains("busy");
    }

    @Test
    void failure_withAGap_keepsItsCauseAndRefusesWhatIsNoGap() {
        Throwable cause = new IllegalStateException("cause");
        JobFailure failure = new JobFailure("c", "d", true, cause);

        assertThat(failure.retryAfter()).isEmpty();
        assertThat(failure.retryAfter(Duration.ZERO).retryAfter()).contains(Duration.ZERO);
        assertThat(failure.retryAfter(Duration.ofDays(30)))
                .hasCause(cause)
                .hasMessage("d")
                .extracting(JobFailure::code, JobFailure::retryable)
                .containsExactly("c", true);
        assertThatThrownBy(() -> failure.retryAfter(Duration.ofMillis(-1)))
                .hasMessageContainingAll("0 s to 30 days", "PT-0.001S");
        assertThatThrownBy(() -> failure.retryAfter(Duration.ofDays(30).plusMillis(1)))
                .hasMessageContaining("0 s to 30 days");
    }

    @Test
    void snooze_noSpan_isRefused() {
        assertThat(new JobSnooze(Duration.ofDays(30)).delay()).isEqualTo(Duration.ofDays(30));
        assertThatThrownBy(() -> new JobSnooze(Duration.ofMillis(999)))
                .hasMessageContainingAll("1 s to 30 days", "PT0.999S");
        assertThatThrownBy(() -> new JobSnooze(Duration.ofDays(31))).hasMessageContaining("1 s to 30 days");
    }

    @Test
    void snooze_inThisJvm_usesNoAttemptAndShowsNoError() {
        String id = start(NewJob.of("patient").withMaxAttempts(1));
        store.pass(Duration.ZERO);

        for (int i = 1; i <= 3; i++) {
            Job job = job(id);
            assertThat(job.status()).isEqualTo(JobStatus.SCHEDULED);
            assertThat(job.attempt()).isZero();
            assertThat(job.error()).isEmpty();
            assertThat(job.nextAttemptAt()).contains(store.clock.now().plus(Duration.ofDays(2)));
            store.pass(Duration.ofDays(2));
        }

        assertThat(job(id).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job(id).result()).contains(Json.of("{\"attempt\":1}"));
        assertThat(job(id).error()).isEmpty();
    }

    @Test
    void snooze_ofAWorker_endsItsLeaseAndUsesNoAttempt() {
        String id = start(NewJob.of("outside").withMaxAttempts(2));
        LeasedJob first = lease();
        Job failed = client.leases()
                .fail(id, first.leaseToken(), new JobFailure("busy", "Later.", true).retryAfter(Duration.ofSeconds(90)))
                .call();
        assertThat(failed.nextAttemptAt()).contains(store.clock.now().plusSeconds(90));
        store.pass(Duration.ofSeconds(90));
        LeasedJob second = lease();

        Job snoozed = client.leases()
                .snooze(id, second.leaseToken(), Duration.ofSeconds(60))
                .call();

        assertThat(snoozed.status()).isEqualTo(JobStatus.SCHEDULED);
        assertThat(snoozed.attempt()).isOne();
        assertThat(snoozed.error()).as("of the attempt before").isEmpty();
        assertThat(store.call(
                                "POST",
                                "/v1/jobs/" + id + "/complete",
                                "{\"leaseToken\":\"" + second.leaseToken() + "\",\"result\":1}")
                        .text())
                .contains("lease_lost");
        store.pass(Duration.ofSeconds(59));
        assertThat(job(id).status()).isEqualTo(JobStatus.SCHEDULED);
        store.pass(Duration.ofSeconds(1));
        assertThat(lease().job().attempt()).isEqualTo(2);
    }

    @Test
    void snooze_cancelWasAsked_endsTheJob() {
        String id = start(NewJob.of("outside"));
        LeasedJob leased = lease();
        client.cancelJob(id).call();

        assertThat(client.leases()
                        .snooze(id, leased.leaseToken(), Duration.ofDays(1))
                        .call()
                        .status())
                .isEqualTo(JobStatus.CANCELED);
    }

    @Test
    void retry_ofAScheduledJob_runsItNowWithItsAttemptsAsTheyAre() {
        isDown = true;
        String failing = start(NewJob.of("call"));
        store.pass(Duration.ZERO);
        isDown = false;
        assertThat(job(failing).status()).isEqualTo(JobStatus.SCHEDULED);

        assertThat(client.retryJob(failing).call().status()).isEqualTo(JobStatus.QUEUED);
        store.pass(Duration.ZERO);

        assertThat(job(failing).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job(failing).attempt()).isEqualTo(2);
        String later = start(NewJob.of("outside").at(store.clock.now().plus(Duration.ofDays(9))));
        client.retryJob(later).call();
        assertThat(job(later).runAt()).as("its time is now").contains(store.clock.now());
        assertThat(lease().job().id()).isEqualTo(later);
    }

    @Test
    void retry_ofACanceledJob_queuesItAgain() {
        String id = start(NewJob.of("outside").withUniqueKey("k"));
        client.cancelJob(id).call();

        assertThat(client.retryJob(id).call().status()).isEqualTo(JobStatus.QUEUED);

        assertThat(start(NewJob.of("outside").withUniqueKey("k")))
                .as("it holds its key again")
                .isEqualTo(id);
        assertThat(lease().job().id()).isEqualTo(id);
        assertThat(store.call("POST", "/v1/jobs/" + id + "/retry").text())
                .contains("invalid_transition", "failed, canceled or scheduled, and this one is running");
    }

    private String start(NewJob job) {
        return client.startJob(job).call().jobId();
    }

    private LeasedJob lease() {
        return client.leases().take("outside").call().get(0);
    }

    private Job job(String id) {
        return client.job(id).call();
    }
}
