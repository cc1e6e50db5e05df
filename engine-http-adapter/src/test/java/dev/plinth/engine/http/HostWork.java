package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.HostCode;
import dev.plinth.engine.http.JsonApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has {@link HostCode} work in a workspace until the server is gone. Afterwards all that was acknowledged has happened
 * whole, effects once, and nothing has happened in part. Each cycle has a workspace of its own.
 */
final class HostWork {
    private static final int CALLERS = 3;
    /** A time that the work that is left does not take, however slow the machine is. */
    private static final long PATIENCE_SECONDS = 300;

    private final JsonApi admin;
    private final Set<String> made = ConcurrentHashMap.newKeySet();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final Set<String> counted = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private JsonApi api;
    private String counter = "";
    private volatile @Nullable Throwable failure;
    private int cycles;
    private int jobsDone;
    private int unitsDone;

    HostWork(JsonApi admin) {
        this.admin = admin;
        this.api = admin;
    }

    /** Makes a workspace and begins to work in it. */
    void begin(String base) throws IOException, InterruptedException {
        admin.connect(base);
        String workspace = String.valueOf(admin.send("POST", "/admin/v1/workspaces", "", "{\"name\":\"host\"}")
                .json()
                .get("id"));
        api = admin.as(String.valueOf(
                admin.send("POST", "/admin/v1/workspaces/" + workspace + "/keys", "", "{\"name\":\"host\"}")
                        .json()
                        .get("secret")));
        counter = String.valueOf(api.send("POST", "/v1/resources", "", "{\"name\":\"counter\",\"data\":{\"n\":0}}")
                .json()
                .get("id"));
        made.clear();
        asked.clear();
        counted.clear();
        cycles++;
        for (int i = 0; i < CALLERS; i++) {
            String name = cycles + "-" + i + "-";
            Thread thread = new Thread(() -> run(name));
            threads.add(thread);
            thread.start();
        }
    }

    private void run(String name) {
        try {
            for (int i = 0; work(name + i, i % 2 == 0); i++) {
                Thread.onSpinWait();
            }
        } catch (IOException serverIsGone) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Starts a job with effects, or one with a unit of work. Returns false once the disk of the server is gone. */
    private boolean work(String mark, boolean makes) throws IOException, InterruptedException {
        asked.add(mark);
        Answer answer = api.send(
                "POST",
                "/v1/jobs",
                mark,
                "{\"type\":\"" + (makes ? HostCode.MAKE : HostCode.COUNT) + "\",\"input\":{\"mark\":\"" + mark
                        + "\",\"counter\":\"" + counter + "\"}}");
        if (answer.isFailure()) {
            return false;
        }
        assertThat(answer.status()).as("%s: %s", mark, answer.body()).isEqualTo(202);
        (makes ? made : counted).add(mark);
        return true;
    }

    /** Waits until all callers have noticed that the server is gone. */
    void stop() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
        Throwable found = failure;
        if (found != null) {
            throw new AssertionError("Expected each call to be acknowledged until the server is gone", found);
        }
    }

    /** Checks a server that came back. */
    void check(String base) throws IOException, InterruptedException {
        api.connect(base);
        awaitEnd();
        List<String> ofJobs = marks(HostCode.MADE);
        List<String> ofUnits = marks(HostCode.COUNTED);
        assertThat(ofJobs).as("marks of jobs").doesNotHaveDuplicates().containsAll(made);
        // The process may end between a unit of work and its job, which then runs again.
        assertThat(ofUnits).as("marks of units of work").containsAll(counted);
        assertThat(asked).as("marks that were asked for").containsAll(ofJobs).containsAll(ofUnits);
        assertThat(marks(HostCode.HEARD))
                .as("marks that the listener heard")
                .containsExactlyInAnyOrderElementsOf(ofJobs);
        List<String> all = new ArrayList<>(ofJobs);
        all.addAll(ofUnits);
        assertThat(marks(HostCode.FOLLOWED)).as("marks of further jobs").containsExactlyInAnyOrderElementsOf(all);
        checkJobs(ofJobs.size(), new TreeSet<>(ofUnits).size());
        checkResources(ofJobs.size(), ofUnits.size());
        checkCounter(ofUnits.size());
        jobsDone += ofJobs.size();
        unitsDone += ofUnits.size();
    }

    /** Waits until no job is left, and the listener has heard of each. */
    private void awaitEnd() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (isAnyLeft()) {
            assertThat(System.nanoTime())
                    .as("time until the work that is left is done")
                    .isLessThan(end);
        }
    }

    private boolean isAnyLeft() throws IOException, InterruptedException {
        for (String status : List.of("queued", "running", "scheduled")) {
            List<Map<String, Object>> left = api.all("/v1/jobs?status=" + status);
            if (!left.isEmpty()) {
                Answer unused = api.get("/v1/jobs/" + left.get(0).get("id") + "?wait=1");
                return true;
            }
        }
        return events(HostCode.HEARD).size() < events(HostCode.MADE).size();
    }

    private void checkJobs(int makes, int counts) throws IOException, InterruptedException {
        List<Map<String, Object>> all = api.all("/v1/jobs");
        assertThat(all).as("jobs").allSatisfy(job -> assertThat(job).containsEntry("status", "succeeded"));
        assertThat(all.stream().filter(job -> HostCode.MAKE.equals(job.get("type"))))
                .as("jobs with effects")
                .hasSize(makes);
        assertThat(all.stream().filter(job -> HostCode.COUNT.equals(job.get("type"))))
                .as("jobs with a unit of work")
                .hasSize(counts);
    }

    private void checkResources(int makes, int units) throws IOException, InterruptedException {
        List<Map<String, Object>> all = api.all("/v1/resources");
        assertThat(named(all, "made")).as("resources of jobs").hasSize(2 * makes);
        assertThat(named(all, "counted")).as("resources of units of work").hasSize(units);
        assertThat(named(all, "made").filter(resource -> ((Map<?, ?>) resource.get("metadata")).containsKey("of")))
                .as("resources that were patched")
                .hasSize(makes);
        assertThat(events("child.created")).as("children of resources of jobs").hasSize(makes);
    }

    private static Stream<Map<String, Object>> named(List<Map<String, Object>> resources, String name) {
        return resources.stream().filter(resource -> name.equals(resource.get("name")));
    }

    private void checkCounter(int units) throws IOException, InterruptedException {
        Map<?, ?> data = (Map<?, ?>) api.get("/v1/resources/" + counter).json().get("data");
        assertThat(((Number) data.get("n")).intValue()).as("the counter").isEqualTo(units);
        assertThat(events(HostCode.COUNTED).stream()
                        .map(event -> ((Number) ((Map<?, ?>) event.get("data")).get("n")).intValue())
                        .distinct())
                .as("numbers that units of work have counted")
                .hasSize(units);
    }

    private List<String> marks(String type) throws IOException, InterruptedException {
        return events(type).stream()
                .map(event -> String.valueOf(((Map<?, ?>) event.get("data")).get("mark")))
                .toList();
    }

    private List<Map<String, Object>> events(String type) throws IOException, InterruptedException {
        return api.all("/v1/events?type=" + type);
    }

    /** Checks that there was work of each kind. */
    void checkHasWorked() {
        assertThat(jobsDone).as("jobs with effects").isPositive();
        assertThat(unitsDone).as("units of work").isPositive();
    }

    String figures() {
        return jobsDone + " jobs with effects, " + unitsDone + " units of work";
    }
}
