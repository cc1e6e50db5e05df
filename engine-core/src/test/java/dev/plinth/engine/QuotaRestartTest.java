package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that used units of a workspace outlive a restart, those of its further policies and of each key too. */
@Timeout(60)
final class QuotaRestartTest {
    private static final Pattern REMAINING = Pattern.compile("(?<=\"remaining\":)[0-9]+");

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    private Path directory;

    @Test
    void restart_usedUnits_areUsedAndRefillMeanwhile() {
        String one;
        String two;
        try (Engine engine = open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "keyed").call().id();
            one = engine.admin().createKey(workspace, "a").call().secret().orElseThrow();
            two = engine.admin().createKey(workspace, "b").call().secret().orElseThrow();
            use(engine, one, 20);
            use(engine, two, 5);
            assertThat(limits(engine, one)).isEqualTo("35 55 10");
        }

        clock.advance(Duration.ofSeconds(2));

        try (Engine engine = open()) {
            assertThat(limits(engine, one))
                    .as("a unit a second, and one each two")
                    .isEqualTo("37 56 11");
            assertThat(limits(engine, two)).isEqualTo("37 56 26");
            use(engine, one, 11);
            assertThat(engine.call(workspace(one)).status()).isEqualTo(429);
        }
    }

    @Test
    void restart_unitsThatHaveRefilled_areNotUsed() {
        String key;
        try (Engine engine = open()) {
            key = key(engine);
            use(engine, key, 20);
        }
        clock.advance(Duration.ofHours(1));

        try (Engine engine = open()) {
            assertThat(limits(engine, key)).isEqualTo("60 80 30");
        }
        try (Engine engine = open()) {
            assertThat(limits(engine, key)).isEqualTo("60 80 30");
        }
    }

    private Engine open() {
        return Engine.builder()
                .directory(directory)
                .clock(clock)
                .plan(Plan.perMinute("keyed", 60)
                        .withPolicy(RatePolicy.of("all", 80, Duration.ofSeconds(160)))
                        .withPolicy(RatePolicy.of("each", 30, Duration.ofSeconds(60))
                                .perKey()))
                .open();
    }

    private static String key(Engine engine) {
        String workspace =
                engine.admin().createWorkspace("acme", "keyed").call().id();
        return engine.admin().createKey(workspace, "a").call().secret().orElseThrow();
    }

    private static void use(Engine engine, String key, int units) {
        for (int i = 0; i < units; i++) {
            assertThat(engine.call(workspace(key)).status()).isEqualTo(200);
        }
    }

    /** Returns what is left of the plan and of its policies. Takes nothing. */
    private static String limits(Engine engine, String key) {
        String text = engine.call(Call.of("GET", "/v1/rate-limit").withKey(key)).text();
        return REMAINING.matcher(text).results().map(MatchResult::group).collect(Collectors.joining(" "));
    }

    private static Call workspace(String key) {
        return Call.of("GET", "/v1/workspace").withKey(key);
    }
}
