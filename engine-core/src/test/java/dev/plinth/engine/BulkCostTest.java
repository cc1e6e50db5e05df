package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bulk call costs what its items write: an event each, and a delivery for each endpoint. */
@Timeout(120)
final class BulkCostTest {
    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "100, 0, 1", "101, 0, 2", "1000, 0, 10", "1000, 2, 30", "10000, 1, 200"})
    void bulk_costsAUnitForAHundredRows(int items, int endpoints, int units) {
        for (int i = 0; i < endpoints; i++) {
            store.endpoint();
        }
        long before = remaining();

        assertThat(bulk("k", items).status()).isEqualTo(202);

        assertThat(before - remaining()).isEqualTo(units);
    }

    @Test
    void bulk_replayed_costsOneUnit() {
        bulk("k", 1000);
        long before = remaining();

        assertThat(bulk("k", 1000).header("Idempotent-Replayed")).isEqualTo("true");

        assertThat(before - remaining()).isEqualTo(1);
    }

    @Test
    void bulk_refused_costsOneUnit() {
        long before = remaining();

        Reply refused = store.call("POST", "/v1/resources/bulk", "{\"operations\":[{\"action\":\"fly\"}]}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(before - remaining()).isEqualTo(1);
    }

    /** The bucket owes units that it does not have: the call passes, and those behind it wait until it has come back. */
    @Test
    void bulk_dearerThanTheBucket_passesAndIsPaidBack() {
        store.use(store.newKey(store.engine()
                .admin()
                .createWorkspace("small", "starter")
                .call()
                .id()));
        Reply accepted = bulk("k", 10_000);

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("RateLimit")).isEqualTo("\"starter\";r=0;t=2");
        Reply next = store.call("GET", "/v1/resources");
        assertThat(next.status()).isEqualTo(429);
        assertThat(next.header("Retry-After")).isEqualTo("2");
        store.pass(Duration.ofSeconds(2));
        assertThat(store.status("/v1/resources")).isEqualTo(200);
        assertThat(store.status("/v1/resources")).isEqualTo(429);
    }

    private Reply bulk(String key, int items) {
        String operations = String.join(",", Collections.nCopies(items, "{\"action\":\"pause\",\"id\":\"x\"}"));
        return store.keyed(key, "POST", "/v1/resources/bulk", "{\"operations\":[" + operations + "]}");
    }

    private long remaining() {
        Map<?, ?> limit = Json.of(store.text("/v1/rate-limit")).asMap();
        Map<?, ?> policy = (Map<?, ?>) ((List<?>) limit.get("policies")).get(0);
        return Long.parseLong(policy.get("remaining").toString());
    }
}
