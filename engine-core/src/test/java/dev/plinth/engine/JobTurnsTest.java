package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.job.HostJob;
import dev.plinth.engine.internal.job.JobAdmission;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.settings.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests who gets the places for jobs of this JVM when there are more jobs than places (decision 028). What has been picked is not run before the
 * test does it.
 */
@Timeout(120)
final class JobTurnsTest {
    private final TestEngine store = TestEngine.inMemory();
    private final List<Runnable> picked = new ArrayList<>();
    private final List<String> ran = new ArrayList<>();
    private final Map<String, String> workspaces = new HashMap<>();
    private final Map<String, String> keys = new HashMap<>();
    private final JobRunner runner = newRunner();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void start_oneWorkspaceHasQueuedMuch_othersGetTheLastPlaces() {
        queue("loud", JobPlaces.MAX);
        start(JobPlaces.CROWDED);
        queue("quiet", 6);
        queue("calm", 6);

        start(2 * JobPlaces.PER_WORKSPACE_CROWDED);

        assertThat(run(JobPlaces.CROWDED)).containsOnly("loud");
        assertThat(run(8))
                .containsOnly("quiet", "calm")
                .filteredOn("quiet"::equals)
                .hasSize(4);
        start(20);
        assertThat(run(20)).filteredOn("loud"::equals).hasSize(16);
    }

    @Test
    void start_threeHaveQueued_eachHasEveryThirdPlace() {
        queue("loud", "mail", 1, 9);
        queue("quiet", "mail", 4, 3);
        queue("calm", "post", 3, 3);

        start(15);

        for (int i = 0; i < 3; i++) {
            assertThat(run(3)).containsExactlyInAnyOrder("loud", "quiet", "calm");
        }
        assertThat(run(6)).containsOnly("loud");
    }

    @Test
    void start_oneWorkspace_mostUrgentFirstAndThenAsAccepted() {
        for (String job : List.of("post 3", "mail 3", "post 3 too", "post 4", "mail 1")) {
            queue("acme", job.substring(0, 4), job.charAt(5) - '0', job);
        }

        start(5);

        assertThat(run(5)).containsExactly("mail 1", "post 3", "mail 3", "post 3 too", "post 4");
    }

    @Test
    void start_whoseTurnItIsIsSuspended_theNextOneHasIt() {
        queue("acme", 2);
        queue("other", 2);
        store.engine().admin().suspend(id("acme")).call();

        start(2);
        assertThat(run(2)).containsExactly("other", "other");

        store.engine().admin().activate(id("acme")).call();
        start(2);
        assertThat(run(2)).containsExactly("acme", "acme");
    }

    @Test
    void start_allJobsOfAWorkspaceHaveStarted_itHasNoTurn() {
        queue("acme", "mail", 3, 3);
        queue("acme", "mail", 1, 1);
        start(4);
        assertThat(runner.hasReady()).isFalse();
        run(4);

        assertThat(runner.hasReady()).isFalse();
        queue("acme", "post", 2, 1);
        assertThat(runner.hasReady()).isTrue();
    }

    private JobRunner newRunner() {
        RandomIds ids = new RandomIds();
        HostJob.Code handler = job -> {
            ran.add((String) Objects.requireNonNull(job.input().asMap().get("of")));
            return null;
        };
        return new JobRunner(
                store.engine().store(),
                new Commits(store.engine().store(), ids, new SecretCipher(new byte[32], ids)),
                picked::add,
                Map.of("mail", handler, "post", handler),
                new JobRunner.OwnJobs(Map.of(), Map.of()),
                new ProblemJson("https://plinth.dev/problems/"),
                new JobAdmission(80, Access::isActive, (rows, owner) -> Caller.hostFor(owner, Plan.STARTER, 0)));
    }

    private String id(String workspace) {
        return workspaces.computeIfAbsent(workspace, store::newWorkspace);
    }

    private void queue(String workspace, int count) {
        queue(workspace, "mail", 3, count);
    }

    private void queue(String workspace, String type, int priority, int count) {
        for (int i = 0; i < count; i++) {
            queue(workspace, type, priority, workspace);
        }
    }

    private void queue(String workspace, String type, int priority, String of) {
        store.use(keys.computeIfAbsent(id(workspace), store::newKey));
        String unused = store.make(
                "/v1/jobs",
                "{\"type\":\"" + type + "\",\"priority\":" + priority + ",\"input\":{\"of\":\"" + of + "\"}}");
    }

    /** Has the runner start what can start, and expects so many. */
    private void start(int count) {
        int before = picked.size();
        assertThat(runner.startReady(store.clock.epochMillis())).isTrue();
        assertThat(picked).hasSize(before + count);
    }

    /** Runs the first of those that were started, and tells what they were. */
    private List<String> run(int count) {
        ran.clear();
        List<Runnable> next = picked.subList(0, count);
        next.forEach(Runnable::run);
        next.clear();
        return List.copyOf(ran);
    }
}
