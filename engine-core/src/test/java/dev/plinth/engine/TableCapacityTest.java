package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Off-heap tables have a size: at its end the engine refuses before it writes, keeps what it has, and goes on once there is room. */
class TableCapacityTest {
    private static final String PLAN = "wide";

    @TempDir
    Path directory;

    @Test
    void create_tablesFull_refusedWholeAndTakenAfterAStartWithMore() {
        String secret;
        int made = 0;
        Reply refused;
        Reply first;
        try (Engine engine = open(1)) {
            String workspace =
                    engine.admin().createWorkspace("acme", PLAN).call().id();
            secret = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            first = engine.call(create(secret, 0));
            refused = first;
            while (refused.status() == 201) {
                made++;
                refused = engine.call(create(secret, made));
            }
            assertThat(made).isGreaterThanOrEqualTo(1000);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isNotNull();
            assertThat(refused.text())
                    .contains("\"code\":\"capacity_exhausted\"")
                    .contains("the tables are full; nothing was changed")
                    .contains("larger number of resources");

            // Nothing of it is there, nothing of it is remembered, and what was there is.
            assertThat(engine.call(create(secret, made)).status()).isEqualTo(503);
            assertThat(engine.call(create(secret, 0)).body()).isEqualTo(first.body());
            assertThat(engine.call(get(secret, first)).status()).isEqualTo(200);
        }
        try (Engine engine = open(10_000)) {
            Reply taken = engine.call(create(secret, made));
            assertThat(taken.status()).isEqualTo(201);
            assertThat(taken.header("Idempotent-Replayed")).isNull();
            assertThat(engine.call(create(secret, 0)).body()).isEqualTo(first.body());
        }
    }

    @Test
    void open_moreResourcesThanTheMachineHasMemoryFor_isRefusedInOneSentence() {
        assertThatThrownBy(() -> open(1_000_000_000))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected memory for the tables")
                .hasMessageContaining("smaller number of resources");
        open(1).close();
    }

    private Engine open(long maxResources) {
        return Engine.builder()
                .directory(directory)
                .durability(Durability.OS)
                .tables(Tables.OFF_HEAP)
                .maxResources(maxResources)
                .plan(Plan.perMinute(PLAN, 1_000_000))
                .open();
    }

    private static Call create(String secret, int number) {
        return Call.of("POST", "/v1/resources")
                .withKey(secret)
                .withHeader("Idempotency-Key", "create-" + number)
                .withBody(Json.of("{\"name\":\"r\"}"));
    }

    private static Call get(String secret, Reply made) {
        return Call.of("GET", made.header("Location")).withKey(secret);
    }
}
