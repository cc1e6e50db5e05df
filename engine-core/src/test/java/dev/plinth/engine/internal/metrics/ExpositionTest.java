package dev.plinth.engine.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The text of figures, by the rules of the exposition format 0.0.4. */
final class ExpositionTest {
    @Test
    void sample_labelsAndHelpWithSpecialCharacters_areEscaped() {
        Exposition page = new Exposition();
        page.gauge("a_b", "one \\ two\nthree \"four\"")
                .sample(7, "x", "q\"\\\n", "y", "é{}")
                .sample(1.5);
        assertThat(text(page))
                .isEqualTo("# HELP a_b one \\\\ two\\nthree \"four\"\n# TYPE a_b gauge\n"
                        + "a_b{x=\"q\\\"\\\\\\n\",y=\"é{}\"} 7\na_b 1.5\n");
    }

    @Test
    void family_again_isRefused() {
        Exposition page = new Exposition().counter("a_total", "A.");
        assertThatIllegalStateException().isThrownBy(() -> page.gauge("a_total", "A."));
        assertThatIllegalStateException().isThrownBy(() -> page.gauge("0a", "A."));
    }

    @Test
    void tally_countsByRouteClassAndDuration() {
        RequestMetrics requestMetrics = new RequestMetrics();
        requestMetrics.count("get", "GET", "/r", 200, false, 50);
        requestMetrics.count("get", "GET", "/r", 404, false, 51);
        requestMetrics.count("get", "GET", "/r", 429, true, 99_000_000);
        Exposition page = new Exposition();
        requestMetrics.show(page);
        String labels = "method=\"GET\",route=\"/r\"";
        assertThat(text(page))
                .contains(
                        "plinth_requests_total{" + labels + ",status=\"2xx\"} 1\n",
                        "plinth_requests_total{" + labels + ",status=\"4xx\"} 2\n",
                        "plinth_rate_limited_requests_total 1\n",
                        "plinth_request_duration_seconds_bucket{" + labels + ",le=\"5.0E-5\"} 1\n",
                        "plinth_request_duration_seconds_bucket{" + labels + ",le=\"1.0E-4\"} 2\n",
                        "plinth_request_duration_seconds_bucket{" + labels + ",le=\"30.0\"} 2\n",
                        "plinth_request_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} 3\n",
                        "plinth_request_duration_seconds_sum{" + labels + "} 99.000101\n",
                        "plinth_request_duration_seconds_count{" + labels + "} 3\n");
    }

    private static String text(Exposition page) {
        return new String(Exposition.page(page.figures()), StandardCharsets.UTF_8);
    }
}
