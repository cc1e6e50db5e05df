package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Off-heap tables have a size: near its end the engine refuses before it writes, keeps what it has, and goes on once there is room. */
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
            assertThat(made).isGreaterThanOrEqualTo(900);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text())
                    .contains("\"code\":\"plan_limit_reached\"")
                    .containsPattern("[Tt]he table of [a-z ]+")
                    .contains("nothing was changed");

            // Nothing of it is there, and what was there is.
            assertThat(engine.call(create(secret, made)).status()).isEqualTo(403);
            assertThat(engine.call(create(secret, 0)).body()).isEqualTo(first.body());
            assertThat(engine.call(get(secret, first)).status()).isEqualTo(200);
        }
        try (Engine engine = open(10_000)) {
            Reply taken = engine.call(create(secret, made + 1));
            assertThat(taken.status()).isEqualTo(201);
            assertThat(taken.header("Idempotent-Replayed")).isNull();
            assertThat(engine.call(create(secret, 0)).body()).isEqualTo(first.body());
        }
    }

    @Test
    void job_tablesFilledByAnotherWorkspaceAtItsEnd_endsAtOnceAndIsNotDoneTwice() throws InterruptedException {
        AtomicInteger done = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch full = new CountDownLatch(1);
        try (Engine engine = Engine.builder()
                .inMemory()
                .tables(Tables.OFF_HEAP)
                .maxResources(1)
                .plan(Plan.perMinute(PLAN, 1_000_000))
                .jobHandler("work", job -> {
                    begun.countDown();
                    full.await();
                    return Json.of("{\"done\":" + done.incrementAndGet() + "}");
                })
                .open()) {
            String worker = key(
                    engine,
                    engine.admin().createWorkspace("worker", PLAN).call().id());
            String filler = key(
                    engine, engine.admin().createWorkspace("other", PLAN).call().id());
            Reply accepted = engine.call(
                    Call.of("POST", "/v1/jobs").withKey(worker).withBody(Json.of("{\"type\":\"work\",\"input\":{}}")));
            String job = accepted.header("Location");
            assertThat(begun.await(30, TimeUnit.SECONDS)).as(accepted.text()).isTrue();
            for (int i = 0; engine.call(create(filler, i)).status() == 201; i++) {
                assertThat(i).isLessThan(10_000);
            }
            full.countDown();
            Reply ended = engine.call(Call.of("GET", job + "?wait=30").withKey(worker));
            assertThat(ended.text()).contains("\"status\":\"succeeded\"").contains("\"done\":1");
            assertThat(done).hasValue(1);
        }
    }

    private static String key(Engine engine, String workspace) {
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    @Test
    void open_mapsForMoreResourcesThanTheMachineHasMemoryFor_isRefusedInOneSentence() {
        assertThatThrownBy(() -> open(Tables.CHRONICLE, 1_000_000_000))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected memory for the tables")
                .hasMessageContaining("smaller number of resources");
        open(Tables.CHRONICLE, 1).close();
    }

    /** Arenas take memory as rows come. */
    @Test
    void open_arenasForMoreResourcesThanTheMachineHasMemoryFor_work() {
        try (Engine engine = open(1_000_000_000)) {
            String workspace =
                    engine.admin().createWorkspace("large", PLAN).call().id();
            assertThat(engine.call(create(key(engine, workspace), 0)).status()).isEqualTo(201);
        }
    }

    private Engine open(long maxResources) {
        return open(Tables.OFF_HEAP, maxResources);
    }

    private Engine open(Tables tables, long maxResources) {
        return Engine.builder()
                .directory(directory)
                .durability(Durability.OS)
                .tables(tables)
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
