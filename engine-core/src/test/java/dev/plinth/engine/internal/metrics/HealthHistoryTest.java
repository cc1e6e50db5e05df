package dev.plinth.engine.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the points of the last hour. */
final class HealthHistoryTest {
    private static final long START = 1_000_000;
    private static final long STEP = HealthHistory.INTERVAL_SECONDS * 1_000L;

    private final RequestMetrics requests = new RequestMetrics();
    private final HealthHistory history = new HealthHistory(requests, START);

    private void answer(String path, int status, long micros) {
        requests.count(path, "GET", path, status, status == 429, micros);
    }

    private void add(long at) {
        history.add(at, Map.of(HealthFigure.JOBS_QUEUED, 7L));
    }

    @Test
    void point_countsRequestsSinceTheOneBefore() {
        answer("/a", 200, 90);
        add(START + STEP);
        answer("/a", 200, 90);
        answer("/b", 404, 400);
        answer("/b", 429, 400);
        answer("/b", 503, 9_000);
        add(START + 2 * STEP);

        List<HealthPoint> points = history.after(0);

        assertThat(points).hasSize(2);
        assertThat(points.get(0).figures()).containsEntry(HealthFigure.REQUESTS, 1L);
        assertThat(points.get(1).figures())
                .containsEntry(HealthFigure.MILLIS, STEP)
                .containsEntry(HealthFigure.REQUESTS, 4L)
                .containsEntry(HealthFigure.CLIENT_ERRORS, 2L)
                .containsEntry(HealthFigure.SERVER_ERRORS, 1L)
                .containsEntry(HealthFigure.RATE_LIMITED, 1L)
                .containsEntry(HealthFigure.LATENCY_P50, 500L)
                .containsEntry(HealthFigure.LATENCY_P99, 10_000L)
                .containsEntry(HealthFigure.JOBS_QUEUED, 7L);
    }

    @Test
    void latency_withoutRequestsOrWithCallsThatWait_isAbsent() {
        add(START + STEP);
        answer("/v1/events/stream", 200, 20_000_000);
        answer("/v1/jobs/lease", 200, 20_000_000);
        add(START + 2 * STEP);
        answer("/a", 200, 40_000_000);
        add(START + 3 * STEP);

        for (HealthPoint point : history.after(0)) {
            assertThat(point.figures()).doesNotContainKeys(HealthFigure.LATENCY_P50, HealthFigure.LATENCY_P99);
        }
        assertThat(history.after(0).get(1).figures()).containsEntry(HealthFigure.REQUESTS, 2L);
    }

    @Test
    void points_ofMoreThanAnHour_go() {
        int many = 3 * HealthHistory.POINTS_MAX;
        for (int i = 1; i <= many; i++) {
            add(START + i * STEP);
        }
        assertThat(history.after(0)).hasSize(HealthHistory.POINTS_MAX);

        long late = START + many * STEP + 3_000_000;
        add(late);

        assertThat(history.after(0)).hasSize(62).allMatch(point -> point.atMillis() >= late - 3_600_000);
        assertThat(history.after(late - 1)).hasSize(1);
        assertThat(history.after(late)).isEmpty();
    }

    @Test
    void clock_thatStandsStill_addsNoPoint() {
        add(START);
        add(START + STEP);
        add(START + STEP);

        assertThat(history.after(0)).hasSize(1);
    }
}
