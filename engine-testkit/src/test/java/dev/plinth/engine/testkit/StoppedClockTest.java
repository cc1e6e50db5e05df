package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The rate limit of the Starter plan while no time passes. */
@PlinthTest
final class StoppedClockTest {
    private static final int QUOTA = 60;

    @Test
    void requests_overHttp_60PassAndThe61stIs429UntilASecondHasPassed(PlinthServer server, ManualClock clock) {
        assertQuota(Door.overHttp(server.uri()), server.apiKey(), clock);
    }

    @Test
    void requests_inProcess_60PassAndThe61stIs429UntilASecondHasPassed(Engine engine, ApiKey key, ManualClock clock) {
        assertQuota(Door.inProcess(engine), key.secret().orElseThrow(), clock);
    }

    @Test
    void rateLimit_asked_takesNothing(PlinthClient client) {
        RateLimit first = client.rateLimit().call();
        assertThat(first.remaining()).isEqualTo(QUOTA);
        assertThat(client.rateLimit().call()).isEqualTo(first);
    }

    private static void assertQuota(Door door, String key, ManualClock clock) {
        for (int i = 0; i < QUOTA; i++) {
            assertThat(door.get(key, "/v1/resources").status()).isEqualTo(200);
        }
        assertLimited(door.get(key, "/v1/resources"));
        clock.advance(Duration.ofMillis(999));
        assertLimited(door.get(key, "/v1/resources"));
        clock.advance(Duration.ofMillis(1));
        assertThat(door.get(key, "/v1/resources").status()).isEqualTo(200);
        assertLimited(door.get(key, "/v1/resources"));
    }

    private static void assertLimited(Reply reply) {
        assertThat(reply.status()).isEqualTo(429);
        assertThat(Door.text(reply, "code")).isEqualTo("rate_limited");
        assertThat(reply.header("Retry-After")).isEqualTo("1");
    }
}
