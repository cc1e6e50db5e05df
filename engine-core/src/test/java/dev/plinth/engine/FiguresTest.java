package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The figures that a host reads, which are those of {@code GET /metrics}. */
@Timeout(120)
class FiguresTest {
    @Test
    void figures_areThoseOfThePage() {
        try (TestEngine engine = TestEngine.inMemory()) {
            engine.make("/v1/jobs", "{\"type\":\"idle\",\"input\":{}}");

            Set<String> names = new TreeSet<>();
            engine.engine().figures().forEach(figure -> names.add(figure.name()));
            Set<String> onThePage = new TreeSet<>();
            engine.engine()
                    .call(Call.of("GET", "/metrics"))
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("# TYPE "))
                    .forEach(line -> onThePage.add(line.split(" ", 4)[2]));

            assertThat(names).isEqualTo(onThePage).contains("plinth_build_info", "plinth_journal_sync_seconds");
            assertThat(value(engine, "plinth_jobs", Map.of("status", "queued"))).isEqualTo(1);
        }
    }

    @Test
    void jobs_ofHandlersAndWorkers_areTimedByType() {
        try (TestEngine engine = TestEngine.open(builder -> builder.jobHandler("here", job -> Json.EMPTY_OBJECT))) {
            engine.make("/v1/jobs", "{\"type\":\"here\",\"input\":{},\"runAt\":\"2026-01-01T00:01:00Z\"}");
            String leased = engine.make("/v1/jobs", "{\"type\":\"away\",\"input\":{}}");
            engine.pass(Duration.ofSeconds(65));
            String lease = engine.call("POST", "/v1/jobs/lease", "{\"types\":[\"away\"]}")
                    .text();
            String token = lease.replaceAll("(?s).*\"leaseToken\":\"([^\"]+)\".*", "$1");
            engine.pass(Duration.ofSeconds(20));
            engine.call("POST", "/v1/jobs/" + leased + "/complete", "{\"leaseToken\":\"" + token + "\",\"result\":{}}");

            await(() -> distribution(engine, "plinth_job_run_seconds", Map.of("type", "here"))
                            .count()
                    == 1);
            Figure.Distribution wait = distribution(engine, "plinth_job_wait_seconds", Map.of("type", "away"));
            assertThat(wait.count()).isOne();
            assertThat(wait.sum()).isEqualTo(65);
            assertThat(distribution(engine, "plinth_job_run_seconds", Map.of("type", "away"))
                            .sum())
                    .isEqualTo(20);
            engine.days(10); // what the retention writes of an ended job is no further end
            assertThat(distribution(engine, "plinth_job_wait_seconds", Map.of("type", "away"))
                            .count())
                    .isOne();
        }
    }

    @Test
    void types_ofManyJobs_areBoundedAndThoseOfHandlersStay() {
        try (TestEngine engine = TestEngine.open(builder -> builder.jobHandler("here", job -> Json.EMPTY_OBJECT))) {
            engine.use(engine.newKey(engine.newWideWorkspace()));
            for (int i = 0; i < 120; i++) {
                String job = engine.make("/v1/jobs", "{\"type\":\"away" + i + "\",\"input\":{}}");
                String lease = engine.call("POST", "/v1/jobs/lease", "{\"types\":[\"away" + i + "\"]}")
                        .text();
                String token = lease.replaceAll("(?s).*\"leaseToken\":\"([^\"]+)\".*", "$1");
                engine.call(
                        "POST", "/v1/jobs/" + job + "/complete", "{\"leaseToken\":\"" + token + "\",\"result\":{}}");
            }
            Figure figure = figure(engine, "plinth_job_run_seconds");
            assertThat(figure.samples()).hasSizeBetween(100, 101);
            assertThat(distribution(engine, figure.name(), Map.of("type", "here"))
                            .count())
                    .isZero();
            assertThat(distribution(engine, figure.name(), Map.of("type", "(other)"))
                            .count())
                    .isGreaterThan(15);
        }
    }

    @Test
    void deliveries_areTimedByResultAndTheOldestOneHasAnAge() {
        try (TestEngine engine = TestEngine.inMemory()) {
            engine.endpoint();
            engine.answerWith(number -> number == 1 ? 500 : 200);
            engine.make("/v1/resources", "{\"name\":\"a\"}");
            await(() -> attempts(engine, "http") == 1);
            engine.pass(Duration.ofSeconds(2));
            assertThat(value(engine, "plinth_deliveries_oldest_seconds", Map.of()))
                    .isEqualTo(2);

            engine.pass(Duration.ofMinutes(10));

            await(() -> attempts(engine, "delivered") == 1);
            await(() -> value(engine, "plinth_deliveries_oldest_seconds", Map.of()) == 0);
            Figure.Distribution whole = distribution(engine, "plinth_delivery_seconds", Map.of());
            assertThat(whole.count()).isOne();
            assertThat(whole.sum()).isBetween(2.0, 602.0);
            assertThat(attempts(engine, "timeout")).isZero();
        }
    }

    @Test
    void refusals_areCountedByPlanAndCode() {
        try (TestEngine engine = TestEngine.inMemory()) {
            engine.status("/v1/resources/res_00000000000000000000000000");
            engine.call("POST", "/v1/resources", "{}");
            engine.engine().call(Call.of("GET", "/v1/jobs").withKey("sk_live_nobody"));

            assertThat(value(engine, "plinth_refusals_total", Map.of("plan", "business", "code", "not_found")))
                    .isEqualTo(1);
            assertThat(value(engine, "plinth_refusals_total", Map.of("plan", "business", "code", "validation_failed")))
                    .isEqualTo(1);
            assertThat(value(engine, "plinth_refusals_total", Map.of("plan", "(none)", "code", "invalid_token")))
                    .isEqualTo(1);
        }
    }

    @Test
    void syncs_ofADirectory_areTimed(@TempDir Path directory) {
        try (TestEngine engine = TestEngine.open(builder -> builder.directory(directory))) {
            long before = distribution(engine, "plinth_journal_sync_seconds", Map.of())
                    .count();
            engine.make("/v1/resources", "{\"name\":\"a\"}");
            assertThat(distribution(engine, "plinth_journal_sync_seconds", Map.of())
                            .count())
                    .isGreaterThan(before);
        }
    }

    @Test
    void closedEngine_hasNoFigures() {
        TestEngine engine = TestEngine.inMemory();
        engine.close();
        assertThatThrownBy(() -> engine.engine().figures()).isInstanceOf(IllegalStateException.class);
    }

    private static long attempts(TestEngine engine, String result) {
        return distribution(engine, "plinth_delivery_attempt_seconds", Map.of("result", result))
                .count();
    }

    private static Figure figure(TestEngine engine, String name) {
        return engine.engine().figures().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Figure.Distribution distribution(TestEngine engine, String name, Map<String, String> labels) {
        return (Figure.Distribution) sample(engine, name, labels);
    }

    private static double value(TestEngine engine, String name, Map<String, String> labels) {
        return ((Figure.Value) sample(engine, name, labels)).value();
    }

    private static Figure.Sample sample(TestEngine engine, String name, Map<String, String> labels) {
        return figure(engine, name).samples().stream()
                .filter(each -> each.labels().equals(labels))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + labels + " of " + figure(engine, name)));
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        try {
            while (!condition.getAsBoolean()) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                boolean unused = new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
