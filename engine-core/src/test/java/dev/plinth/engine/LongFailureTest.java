package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A job whose handler fails in more words than a row holds. */
@Timeout(60)
final class LongFailureTest {
    @Test
    void fail_inVeryManyWords_endsTheJobWithTheFirstOfThem() {
        String words = "long words \uD83D\uDE80".repeat(200_000);
        try (Engine engine = Engine.builder()
                .jobHandler("talks", job -> {
                    throw new JobFailure("talks", words, false);
                })
                .open()) {
            String workspace = engine.admin().createWorkspace("w", "pro").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            String job = engine.call(Call.of("POST", "/v1/jobs")
                            .withKey(key)
                            .withBody(Json.of("{\"type\":\"talks\",\"input\":{}}")))
                    .header("Location");

            String ended =
                    engine.call(Call.of("GET", job + "?wait=30").withKey(key)).text();

            assertThat(ended).contains("\"status\":\"failed\"", "long words");
            assertThat(ended.length()).isLessThan(2_000);
        }
    }
}
