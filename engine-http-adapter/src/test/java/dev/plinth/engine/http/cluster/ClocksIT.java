package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.log.postgres.server.Pair;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lets nodes take over from each other whose machines have clocks that differ by an hour and more. */
@Tag("slow")
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class ClocksIT {
    private static final List<Duration> ERRORS = List.of(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(-1));
    /** Far less than an hour, and more than the test takes. */
    private static final Duration WRONG = Duration.ofMinutes(20);

    /** Waits long enough for timers to find a lease that has lapsed. */
    private static final String LEASING = "{\"types\":[\"clock\"],\"leaseSeconds\":1800,\"wait\":1}";

    private static final int CREATED = 10;

    @TempDir
    private Path home;

    @Test
    void nodes_whoseClocksDifferByAnHour_keepTheTimeOfTheDatabase() throws Exception {
        List<Instant> times = new ArrayList<>();
        Map<Integer, String> said = new HashMap<>();
        try (Cluster cluster = Cluster.start(home, Pair.shared(), ERRORS)) {
            SmallLoad load = new SmallLoad(cluster);
            for (int i = 0; i < Cluster.NODES; i++) {
                int number = cluster.leader();
                times.add(load.create(CREATED, "before-" + i));
                Answer job = load.post("/v1/jobs", "job-" + i, "{\"type\":\"clock\",\"input\":{}}");
                assertThat(job.status()).as(job.body()).isEqualTo(202);
                Map<?, ?> leased = leased(load).get(0);
                said.put(number, cluster.node(number).said());

                cluster.node(number).kill();

                times.add(load.create(CREATED, "after-" + i));
                assertThat(leased(load)).as("jobs beside one that is leased").isEmpty();
                Answer done = load.post(
                        "/v1/jobs/" + leased.get("id") + "/complete",
                        "done-" + i,
                        "{\"leaseToken\":\"" + leased.get("leaseToken") + "\",\"result\":1}");
                assertThat(done.status()).as(done.body()).isEqualTo(200);
                cluster.startMissing();
            }
            assertThat(load.rowsOfEachNode(cluster.nodes())).hasSize(2 * CREATED * Cluster.NODES);
        }
        assertThat(times).isSorted();
        Instant now = Instant.now();
        assertThat(times)
                .as("times near that of the database, which is %s", now)
                .allMatch(time -> Duration.between(time, now).abs().compareTo(WRONG) < 0);
        said.forEach((number, text) -> checkSaid(text, ERRORS.get(number)));
    }

    private static void checkSaid(String said, Duration error) {
        if (error.isZero()) {
            assertThat(said).doesNotContain("The clock of this machine");
        } else {
            assertThat(said)
                    .containsPattern("The clock of this machine is 3[56]\\d\\d s "
                            + (error.isNegative() ? "behind" : "ahead of"));
        }
    }

    private static List<Map<?, ?>> leased(SmallLoad load) throws InterruptedException {
        Answer answer = load.post("/v1/jobs/lease", "", LEASING);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        List<Map<?, ?>> jobs = new ArrayList<>();
        for (Object job : (List<?>) answer.json().get("data")) {
            jobs.add((Map<?, ?>) job);
        }
        return jobs;
    }
}
