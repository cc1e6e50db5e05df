package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Expired rows are not shown, whether the sweep has come by yet or not: here the clock is set without anybody being told,
 * so the sweep has not.
 */
final class RetentionByTheClockTest {
    private final AtomicLong now =
            new AtomicLong(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
    private final Engine engine = Engine.builder().clock(new SetClock(now)).open();
    private String key = "";

    @BeforeEach
    void createKey() {
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void event_expired_isNotShown() {
        String event =
                engine.client(key).publish("a.b", Json.EMPTY_OBJECT).call().id();

        pass(Duration.ofDays(30).minusMillis(1));
        assertThat(status("/v1/events/" + event)).isEqualTo(200);
        assertThat(text("/v1/events?type=a.b")).contains(event);
        pass(Duration.ofMillis(1));

        assertThat(status("/v1/events/" + event)).isEqualTo(404);
        assertThat(text("/v1/events?type=a.b")).doesNotContain(event);
    }

    @Test
    void job_expired_isNotShownNorRetried() {
        String job = engine.client(key).startJob("t", Json.EMPTY_OBJECT).call().jobId();
        engine.client(key).cancelJob(job).call();

        pass(Duration.ofDays(7).minusMillis(1));
        assertThat(status("/v1/jobs/" + job)).isEqualTo(200);
        assertThat(text("/v1/jobs")).contains(job);
        pass(Duration.ofMillis(1));

        assertThat(status("/v1/jobs/" + job)).isEqualTo(404);
        assertThat(text("/v1/jobs")).doesNotContain(job);
    }

    @Test
    void delivery_expired_isNotShown() {
        String endpoint = engine.client(key)
                .createWebhook("https://hooks.example.com/")
                .call()
                .id();
        engine.call(Call.of("PATCH", "/v1/webhook-endpoints/" + endpoint)
                .withKey(key)
                .withBody(Json.of("{\"status\":\"disabled\"}")));
        engine.client(key).publish("a.b", Json.EMPTY_OBJECT).call();
        String list = text("/v1/webhook-endpoints/" + endpoint + "/deliveries");
        int at = list.indexOf("dlv_");
        String delivery = list.substring(at, at + "dlv_".length() + 26);
        engine.call(Call.of("DELETE", "/v1/webhook-endpoints/" + endpoint).withKey(key));

        pass(Duration.ofDays(30).minusMillis(1));
        assertThat(text("/v1/deliveries/" + delivery)).contains("\"dropped\"");
        pass(Duration.ofMillis(1));

        assertThat(status("/v1/deliveries/" + delivery)).isEqualTo(404);
    }

    private void pass(Duration span) {
        now.addAndGet(span.toMillis());
    }

    private int status(String path) {
        return engine.call(Call.of("GET", path).withKey(key)).status();
    }

    private String text(String path) {
        return engine.call(Call.of("GET", path).withKey(key)).text();
    }

    /** Shows what it is set to. */
    private record SetClock(AtomicLong now) implements EngineClock {
        @Override
        public long epochMillis() {
            return now.get();
        }

        @Override
        public long nanoTime() {
            return now.get() * 1_000_000;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
