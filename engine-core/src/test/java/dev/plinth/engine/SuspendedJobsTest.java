package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.job.JobAdmission;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs of a workspace that is suspended: none begins, and what is under way in the host's code ends (decision 022). */
@Timeout(60)
final class SuspendedJobsTest {
    private final CountDownLatch inHost = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void attempt_workspaceSuspendedMeanwhile_resultStands() throws Exception {
        try (TestEngine store = TestEngine.open(builder -> builder.jobHandler("slow", job -> {
            inHost.countDown();
            goOn.await();
            return Json.of("{\"sent\":true}");
        }))) {
            String workspace = store.newWorkspace("acme");
            store.use(store.newKey(workspace));
            String job = store.make("/v1/jobs", "{\"type\":\"slow\",\"input\":{}}");
            inHost.await();

            store.engine().admin().suspend(workspace).call();
            goOn.countDown();
            store.pass(Duration.ZERO);

            store.engine().admin().activate(workspace).call();
            assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"succeeded\"", "\"sent\":true");
        }
    }

    @Test
    void retry_ofASuspendedWorkspace_waitsForActivation() throws Exception {
        try (TestEngine store = TestEngine.open(builder -> builder.jobHandler("slow", job -> {
            if (attempts.incrementAndGet() == 1) {
                inHost.countDown();
                goOn.await();
                throw new IllegalStateException("The first attempt fails.");
            }
            return Json.of("{}");
        }))) {
            String workspace = store.newWorkspace("acme");
            store.use(store.newKey(workspace));
            String job = store.make("/v1/jobs", "{\"type\":\"slow\",\"input\":{}}");
            inHost.await();
            store.engine().admin().suspend(workspace).call();
            goOn.countDown();

            store.days(1);

            assertThat(attempts).hasValue(1);
            store.engine().admin().activate(workspace).call();
            assertThat(store.text("/v1/jobs/" + job + "?wait=30"))
                    .contains("\"status\":\"succeeded\"", "\"attempt\":2");
        }
    }

    @Test
    void start_workspaceSuspendedAfterTheJobWasPicked_doesNotBegin() {
        List<Runnable> picked = new ArrayList<>();
        try (TestEngine store = TestEngine.inMemory()) {
            String workspace = store.newWorkspace("acme");
            store.use(store.newKey(workspace));
            String job = store.make("/v1/jobs", "{\"type\":\"late\",\"input\":{}}");
            RandomIds ids = new RandomIds();
            JobRunner runner = new JobRunner(
                    store.engine().store(),
                    new Commits(store.engine().store(), ids, new SecretCipher(new byte[32], ids)),
                    picked::add,
                    Map.of("late", context -> {
                        attempts.incrementAndGet();
                        return null;
                    }),
                    new JobRunner.OwnJobs(Map.of(), Map.of()),
                    new ProblemJson("https://plinth.dev/problems/"),
                    new JobAdmission(80, Access::isActive, (rows, owner) -> Caller.hostFor(owner, Plan.STARTER, 0)));
            assertThat(runner.startReady(store.clock.epochMillis())).isTrue();
            assertThat(picked).hasSize(1);

            store.engine().admin().suspend(workspace).call();
            picked.forEach(Runnable::run);

            assertThat(attempts).hasValue(0);
            store.engine().admin().activate(workspace).call();
            assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"queued\"", "\"attempt\":0");
        }
    }
}
