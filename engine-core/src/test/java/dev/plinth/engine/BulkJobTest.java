package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bulk jobs under way: how far they are, their end before the end, and a restart in the middle (contract §6). */
@Timeout(300)
final class BulkJobTest {
    private static final String BULK = "/v1/resources/bulk";
    private static final int MOST = 10_000;
    private static final int MANY = 2_000;
    /** How often a test tries to come between two items: a thread that gets no processor comes when all are done. */
    private static final int TRIES_MAX = 20;

    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final IntFunction<String> CREATE = i -> "{\"action\":\"create\",\"name\":\"r" + i + "\"}";

    @TempDir
    Path directory;

    @Test
    void body_anArrayOfALongArray_isNoObject() {
        try (TestEngine store = inMemory()) {
            Reply reply = store.call("POST", BULK, "[[" + "0,".repeat(MOST) + "0]]");

            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.text()).contains("must be a JSON object").doesNotContain("too_many");
        }
    }

    @Test
    void bulk_asManyItemsAsThereMayBe_eachHasItsOutcome() {
        try (TestEngine store = inMemory()) {
            String job = start(store, MOST, i -> i % 10 == 7 ? "{\"action\":\"create\",\"name\":7}" : CREATE.apply(i));

            Map<String, Object> done = end(store, job);

            assertThat(done.get("status")).isEqualTo("succeeded");
            assertThat(progress(done)).isEqualTo("10000 of 10000");
            Map<?, ?> result = (Map<?, ?>) done.get("result");
            assertThat(result.get("succeeded")).hasToString("9000");
            assertThat(result.get("failed")).hasToString("1000");
            List<?> outcomes = outcomes(done);
            assertThat(outcomes).hasSize(MOST);
            for (int i = 0; i < MOST; i++) {
                Map<?, ?> outcome = (Map<?, ?>) outcomes.get(i);
                assertThat(outcome.get("index")).hasToString(Integer.toString(i));
                assertThat(outcome.get("status")).hasToString(i % 10 == 7 ? "422" : "201");
            }
            assertThat(store.rows("resources")).isEqualTo(9_000);
            Map<String, Object> event =
                    Json.of(store.text("/v1/events?type=job.succeeded")).asMap();
            assertThat(event.get("data").toString()).contains(job).doesNotContain("outcomes");
        }
    }

    @Test
    void bulk_oneItemMoreThanThereMayBe_isRefused() {
        try (TestEngine store = inMemory()) {
            Reply refused = store.call("POST", BULK, body(MOST + 1, i -> "{\"action\":\"create\"}"));

            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.text()).contains("\"/operations\"", "10000");
        }
    }

    @Test
    void cancel_underWay_noFurtherItemIsDone() {
        try (TestEngine store = inMemory()) {
            for (int round = 0; round < 20; round++) {
                long before = store.rows("resources");
                String job = start(store, MANY, CREATE);
                int least = round * 20;
                await(store, job, shown -> isFinal(shown) || doneItems(shown) >= least);

                Reply canceled = store.call("POST", "/v1/jobs/" + job + "/cancel", "{}");

                Map<String, Object> end = end(store, job);
                if (canceled.status() == 409) {
                    assertThat(end.get("status")).isEqualTo("succeeded");
                    continue;
                }
                assertThat(end.get("status")).as("round %d", round).isEqualTo("canceled");
                assertThat(progress(end))
                        .as("round %d", round)
                        .isEqualTo(progress(Json.of(canceled.text()).asMap()));
                assertThat(outcomes(end)).hasSize(doneItems(end));
                assertThat(store.rows("resources") - before).isEqualTo(doneItems(end));
                assertThat(store.text("/v1/events?type=job.canceled&limit=1")).contains(job);
            }
        }
    }

    @Test
    void restart_asIfKilledInTheMiddle_goesOnAndDoesEachItemOnce() {
        Path first = directory.resolve("first");
        Path copy = directory.resolve("copy");
        String key;
        String job;
        try (TestEngine store =
                TestEngine.open(builder -> wide(builder).directory(first).durability(Durability.OS))) {
            key = store.key();
            job = start(store, MANY, CREATE);
            await(store, job, shown -> doneItems(shown) > 0);
            store.engine().backup(copy);
            assertThat(store.engine().store().isWritable()).isTrue();
        }
        try (TestEngine store =
                TestEngine.open(builder -> wide(builder).directory(copy).durability(Durability.OS))) {
            store.use(key);
            assertDoneOnce(store, job, MANY);
        }
    }

    @Test
    void close_inTheMiddle_goesBackToTheQueueAndGoesOnAfterReopening() {
        boolean inTheMiddle = false;
        for (int i = 0; i < TRIES_MAX && !inTheMiddle; i++) {
            Path path = directory.resolve("data" + i);
            try (TestEngine store =
                    TestEngine.open(builder -> wide(builder).directory(path).durability(Durability.OS))) {
                String key = store.key();
                String job = start(store, MOST, CREATE);
                await(store, job, shown -> doneItems(shown) > 0);

                store.reopen();

                store.use(key);
                int done = doneItems(show(store, job));
                assertThat(done).isPositive();
                inTheMiddle = done < MOST;
                assertDoneOnce(store, job, MOST);
            }
        }
        assertThat(inTheMiddle).as("closed before the last item").isTrue();
    }

    @Test
    void suspension_underWay_noFurtherItemIsDoneUntilActivation() {
        boolean inTheMiddle = false;
        for (int i = 0; i < TRIES_MAX && !inTheMiddle; i++) {
            try (TestEngine store = inMemory()) {
                String workspace = store.newWorkspace("acme");
                store.use(store.newKey(workspace));
                String job = start(store, MOST, CREATE);
                await(store, job, shown -> doneItems(shown) > 0);

                store.engine().admin().suspend(workspace).call();
                long done = store.rows("resources");
                store.pass(Duration.ofDays(1));

                assertThat(store.rows("resources")).isEqualTo(done).isPositive();
                inTheMiddle = done < MOST;
                store.engine().admin().activate(workspace).call();
                assertDoneOnce(store, job, MOST);
            }
        }
        assertThat(inTheMiddle).as("suspended before the last item").isTrue();
    }

    @Test
    void keyRevoked_underWay_jobOfTheWorkspaceGoesOn() {
        try (TestEngine store = inMemory()) {
            String workspace = store.newWorkspace("acme");
            var key = store.engine().admin().createKey(workspace, "k").call();
            store.use(key.secret().orElseThrow());
            String job = start(store, MANY, CREATE);
            await(store, job, shown -> doneItems(shown) > 0);

            assertThat(store.call("DELETE", "/v1/keys/" + key.id()).status()).isEqualTo(200);

            store.use(store.newKey(workspace));
            assertDoneOnce(store, job, MANY);
        }
    }

    @Test
    void item_withVeryManyErrors_isOneOutcomeAndTheNextGoesOn() {
        String members =
                IntStream.range(0, 100_000).mapToObj(i -> ",\"m" + i + "\":1").collect(Collectors.joining());
        String id = "x".repeat(500_000);
        try (TestEngine store = inMemory()) {
            String job = start(store, 3, i -> switch (i) {
                case 0 -> "{\"action\":\"create\",\"name\":\"a\"" + members + "}";
                case 1 -> "{\"action\":\"update\",\"id\":\"" + id + "\",\"name\":\"a\"}";
                default -> CREATE.apply(i);
            });

            Map<String, Object> done = end(store, job);

            assertThat(done.get("status")).isEqualTo("succeeded");
            List<?> outcomes = outcomes(done);
            assertThat(outcomes.get(0).toString()).contains("validation_failed", "/m0");
            assertThat(outcomes.get(1).toString()).contains("not_found");
            assertThat(((Map<?, ?>) outcomes.get(2)).get("status")).hasToString("201");
        }
    }

    private static TestEngine inMemory() {
        return TestEngine.open(BulkJobTest::wide);
    }

    /** Room for a test that asks again and again. */
    private static EngineBuilder wide(EngineBuilder builder) {
        return builder.plan(Plan.perMinute("business", 1_000_000));
    }

    private static void assertDoneOnce(TestEngine store, String job, int count) {
        Map<String, Object> done = end(store, job);
        assertThat(done.get("status")).isEqualTo("succeeded");
        assertThat(done.get("attempt")).hasToString("1");
        assertThat(progress(done)).isEqualTo(count + " of " + count);
        assertThat(outcomes(done)).hasSize(count);
        assertThat(((Map<?, ?>) done.get("result")).get("succeeded")).hasToString(Integer.toString(count));
        assertThat(store.rows("resources")).isEqualTo(count);
        List<Object> names = new ArrayList<>();
        String path = "/v1/resources?limit=100";
        Map<String, Object> page = Json.of(store.text(path)).asMap();
        while (true) {
            ((List<?>) page.get("data")).forEach(row -> names.add(((Map<?, ?>) row).get("name")));
            if (page.get("nextCursor") == null) {
                break;
            }
            page = Json.of(store.text(path + "&cursor=" + page.get("nextCursor")))
                    .asMap();
        }
        for (int i = 0; i < count; i++) {
            assertThat(names.get(count - 1 - i)).isEqualTo("r" + i);
        }
        store.pass(Duration.ZERO);
        assertThat(store.text("/v1/events?type=job.succeeded")).contains(job);
    }

    private static String start(TestEngine store, int count, IntFunction<String> operation) {
        return TestEngine.id(store.call("POST", BULK, body(count, operation)));
    }

    private static String body(int count, IntFunction<String> operation) {
        return IntStream.range(0, count)
                .mapToObj(operation)
                .collect(Collectors.joining(",", "{\"operations\":[", "]}"));
    }

    /** A job once it is final. */
    private static Map<String, Object> end(TestEngine store, String job) {
        Map<String, Object> shown = Map.of();
        while (!isFinal(shown)) {
            shown = Json.of(store.text("/v1/jobs/" + job + "?wait=30")).asMap();
        }
        return shown;
    }

    /** Looks at a job until it is as wanted. */
    private static Map<String, Object> await(TestEngine store, String job, Predicate<Map<String, Object>> wanted) {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (System.nanoTime() < deadline) {
            Map<String, Object> shown = show(store, job);
            if (wanted.test(shown)) {
                return shown;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("Expected the job to get on, but it is " + show(store, job));
    }

    private static Map<String, Object> show(TestEngine store, String job) {
        return Json.of(store.text("/v1/jobs/" + job)).asMap();
    }

    private static boolean isFinal(Map<String, Object> job) {
        return job.containsKey("finishedAt");
    }

    private static String progress(Map<String, Object> job) {
        return job.get("progress") instanceof Map<?, ?> progress
                ? progress.get("done") + " of " + progress.get("total")
                : "nothing";
    }

    private static int doneItems(Map<String, Object> job) {
        return job.get("progress") instanceof Map<?, ?> progress
                ? Integer.parseInt(progress.get("done").toString())
                : 0;
    }

    private static List<?> outcomes(Map<String, Object> job) {
        return job.get("result") instanceof Map<?, ?> result && result.get("outcomes") instanceof List<?> outcomes
                ? outcomes
                : List.of();
    }
}
