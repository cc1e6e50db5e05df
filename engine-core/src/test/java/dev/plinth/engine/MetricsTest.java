package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GET /metrics} (contract §10): well-formed for Prometheus, true, and silent about workspaces. */
final class MetricsTest {
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z][a-z0-9_]*)(\\{(?:[a-z]+=\"(?:[^\"\\\\]|\\\\.)*\",?)+})? (\\S+)");

    @TempDir
    private Path directory;

    @Test
    void page_afterAllKindsOfWork_keepsTheRulesOfTheFormat() {
        try (TestEngine store = TestEngine.inMemory()) {
            work(store);
            Reply page = page(store);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(page.header("RateLimit")).isNull();
            assertThat(samples(page.text())).hasSizeGreaterThan(50);
        }
    }

    @Test
    void figures_areWhatTheEngineShowsElsewhere() {
        try (TestEngine store = TestEngine.inMemory()) {
            work(store);
            Map<String, Double> samples = samples(page(store).text());
            assertThat(samples)
                    .containsEntry("plinth_jobs{status=\"queued\"}", 2.0)
                    .containsEntry("plinth_jobs{status=\"canceled\"}", 1.0)
                    .containsEntry("plinth_jobs{status=\"running\"}", 0.0)
                    .containsEntry("plinth_deliveries{status=\"delivered\"}", (double) store.received())
                    .containsEntry("plinth_table_rows{table=\"resources\"}", 1.0)
                    .containsEntry("plinth_journal_writable", 1.0)
                    .containsEntry("plinth_journal_lag_records", 0.0)
                    .containsEntry("plinth_requests_total{method=\"POST\",route=\"/v1/resources\",status=\"2xx\"}", 1.0)
                    .containsEntry(
                            "plinth_request_duration_seconds_count{method=\"POST\",route=\"/v1/resources\"}", 2.0)
                    .containsEntry(
                            "plinth_requests_total{method=\"POST\",route=\"/v1/resources\",status=\"4xx\"}", 1.0);
            store.days(8);
            assertThat(samples(page(store).text()))
                    .containsEntry("plinth_jobs{status=\"canceled\"}", 0.0)
                    .containsEntry("plinth_swept_rows_total{kind=\"jobs\"}", 2.0);
        }
    }

    @Test
    void rateLimited_countsRefusedRequests() {
        try (TestEngine store = TestEngine.inMemory()) {
            String workspace = store.engine()
                    .admin()
                    .createWorkspace("small", "starter")
                    .call()
                    .id();
            store.use(store.newKey(workspace));
            for (int i = 0; i < 63; i++) {
                assertThat(store.status("/v1/workspace")).isEqualTo(i < 60 ? 200 : 429);
            }
            assertThat(samples(page(store).text())).containsEntry("plinth_rate_limited_requests_total", 3.0);
        }
    }

    @Test
    void journalAndSnapshot_ofADirectory_areThere() throws IOException {
        try (TestEngine store =
                TestEngine.open(builder -> builder.directory(directory).durability(Durability.OS))) {
            work(store);
            assertThat(page(store).text()).doesNotContain("\nplinth_snapshot_age_seconds ");
            store.engine().store().snapshot();
            store.pass(Duration.ofSeconds(90));
            Map<String, Double> samples = samples(page(store).text());
            assertThat(samples).containsEntry("plinth_snapshot_age_seconds", 90.0);
            assertThat(samples.get("plinth_journal_segments")).isEqualTo(1.0);
            assertThat(samples.get("plinth_journal_sequence")).isGreaterThan(10.0);
            store.reopen();
            assertThat(samples(page(store).text()).get("plinth_recovery_seconds"))
                    .isGreaterThan(0.0);
        }
    }

    @Test
    void page_namesNoWorkspaceKeyOrSecret() {
        try (TestEngine store = TestEngine.inMemory()) {
            work(store);
            assertThat(page(store).text())
                    .doesNotContainPattern("(ws|key|res|job|evt|we|dlv|req)_[0-9a-z]{26}")
                    .doesNotContain(store.key(), store.adminToken(), "acme", "_live_", "whsec_");
        }
    }

    private static void work(TestEngine store) {
        String endpoint = store.endpoint();
        String resource = store.make("/v1/resources", "{\"name\":\"R\"}");
        assertThat(store.call("POST", "/v1/resources", "{}").status()).isEqualTo(422);
        store.make("/v1/jobs", "{\"type\":\"idle\",\"input\":{}}");
        store.make("/v1/jobs", "{\"type\":\"idle\",\"input\":{},\"resourceId\":\"" + resource + "\"}");
        String canceled = store.make("/v1/jobs", "{\"type\":\"idle\",\"input\":{}}");
        assertThat(store.call("POST", "/v1/jobs/" + canceled + "/cancel").status())
                .isEqualTo(200);
        store.pass(Duration.ofSeconds(1));
        assertThat(store.status("/v1/webhook-endpoints/" + endpoint)).isEqualTo(200);
        assertThat(store.received()).isPositive();
    }

    private static Reply page(TestEngine store) {
        return store.engine().call(Call.of("GET", "/metrics"));
    }

    /** The samples by name and labels, every rule of the format checked on the way. */
    private static Map<String, Double> samples(String page) {
        assertThat(page).endsWith("\n").doesNotContain("\r", "\n\n");
        Map<String, Double> samples = new TreeMap<>();
        Map<String, String> types = new HashMap<>();
        Map<String, Double> buckets = new HashMap<>();
        String helped = "";
        String family = "";
        for (String line : page.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                helped = line.split(" ", 4)[2];
                assertThat(line.split(" ", 4)[3]).isNotBlank();
                continue;
            }
            if (line.startsWith("# TYPE ")) {
                family = line.split(" ", 4)[2];
                assertThat(family).as("the family that was helped").isEqualTo(helped);
                assertThat(types.put(family, line.split(" ", 4)[3]))
                        .as("once: " + line)
                        .isNull();
                assertThat(family.endsWith("_total")).isEqualTo("counter".equals(types.get(family)));
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            boolean histogram = "histogram".equals(types.get(family));
            String name = sample.group(1);
            assertThat(histogram ? name.replaceAll("_(bucket|sum|count)$", "") : name)
                    .as(line)
                    .isEqualTo(family);
            double value = Double.parseDouble(sample.group(3));
            assertThat(value).as(line).isNotNegative();
            String labels = sample.group(2) == null ? "" : sample.group(2);
            assertThat(samples.put(name + labels, value)).as("once: " + line).isNull();
            if (name.endsWith("_bucket")) {
                String series =
                        family + labels.replaceAll("[,{]le=\"[^\"]*\"}$", "}").replaceAll("^}$", "");
                Double before = buckets.put(series, value);
                assertThat(before == null ? 0 : before).as(line).isLessThanOrEqualTo(value);
            } else if (histogram && name.endsWith("_count")) {
                assertThat(value).as(line).isEqualTo(buckets.get(family + labels));
            }
        }
        return samples;
    }
}
