package dev.plinth.engine;

import static dev.plinth.engine.BatchTest.body;
import static dev.plinth.engine.BatchTest.op;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.LeasesClient;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bounds of a batch (contract §12): its units, its answer and its record. */
final class BatchLimitsTest {
    private static final String CREATE = op("POST", "/v1/resources", "{\"name\":\"r\"}");

    private final TestEngine store =
            TestEngine.open(builder -> builder.plan(Plan.perMinute("ten", 10)).routeCost("POST /v1/jobs", 3));

    @AfterEach
    void close() {
        store.close();
    }

    private Reply batch(String... operations) {
        return store.call("POST", "/v1/batch", body(operations));
    }

    private Reply keyed(String key, String... operations) {
        return store.keyed(key, "POST", "/v1/batch", body(operations));
    }

    @Test
    void cost_isTheSumOfAll_takenWholeOrRefused() {
        store.use(store.newKey(
                store.engine().admin().createWorkspace("small", "ten").call().id()));
        String job = op("POST", "/v1/jobs", "{\"type\":\"idle\",\"input\":{}}");

        Reply tooDear = batch(job, job, job, job);
        assertThat(tooDear.status()).isEqualTo(422);
        assertThat(tooDear.text()).contains("\"pointer\":\"/operations\"");
        assertThat(left(tooDear)).isEqualTo(9);

        Reply done = keyed("k", CREATE, CREATE, job);
        assertThat(done.status()).isEqualTo(200);
        assertThat(left(done)).isEqualTo(4);
        Reply replay = keyed("k", CREATE, CREATE, job);
        assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(left(replay)).isEqualTo(3);

        Reply empty = keyed("l", CREATE, CREATE, CREATE, CREATE);
        assertThat(empty.status()).isEqualTo(429);
        assertThat(empty.header("Retry-After")).isNotNull();
        assertThat(left(empty)).isEqualTo(3);
        Reply smaller = keyed("l", CREATE, CREATE);
        assertThat(smaller.status()).as("nothing was remembered").isEqualTo(200);
    }

    @Test
    void retryAfter_ofTooFewUnits_isEnoughForTheWholeBatch() {
        store.use(store.newKey(
                store.engine().admin().createWorkspace("small", "ten").call().id()));
        String[] ten = new String[10];
        Arrays.fill(ten, CREATE);
        assertThat(batch(CREATE, CREATE).status()).isEqualTo(200);

        Reply refused = keyed("k", ten);
        assertThat(refused.status()).as(refused.text()).isEqualTo(429);
        assertThat(left(refused)).as("nothing was taken").isEqualTo(8);
        assertThat(refused.header("Retry-After")).isEqualTo("12");

        store.pass(Duration.ofSeconds(12));
        assertThat(keyed("k", ten).status()).isEqualTo(200);
    }

    private static long left(Reply reply) {
        return Long.parseLong(String.valueOf(reply.header("RateLimit")).replaceAll(".*r=(\\d+).*", "$1"));
    }

    @Test
    void answer_thatARememberedRowCannotHold_isRefusedUnderAKeyBeforeAnythingIsDone() {
        List<String> four = fourLargeAnswers();
        int around = batch(withPadding(four, 1)).text().length() - "]}".length() - 1;
        int padding = Limits.BATCH_ANSWER_BYTES_MAX - around;
        long rows = store.rows("resources");

        String[] operations = withPadding(four, padding + 1);
        Reply tooLarge = keyed("k", operations);
        assertThat(tooLarge.status()).as(tooLarge.text()).isEqualTo(422);
        assertThat(tooLarge.text())
                .contains("too_large")
                .contains("\"operation\":4")
                .contains("\"pointer\":\"/operations/4\"")
                .contains(Limits.BATCH_ANSWER_BYTES_MAX + " bytes");
        assertThat(store.rows("resources")).isEqualTo(rows);

        Reply withoutKey = batch(operations);
        assertThat(withoutKey.status()).as(withoutKey.text()).isEqualTo(200);
        assertThat(withoutKey.text().length()).isGreaterThan(Limits.BATCH_ANSWER_BYTES_MAX);
        assertThat(store.rows("resources")).isEqualTo(rows + 2);

        Reply largest = keyed("l", withPadding(four, padding));
        assertThat(largest.status()).as(largest.text()).isEqualTo(200);
        Reply replay = keyed("l", withPadding(four, padding));
        assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(replay.text()).isEqualTo(largest.text());
    }

    /** The answer to the completion is the job, so nothing has to remember those to the operations. */
    @Test
    void answersOfACompletion_areNotBounded() {
        String unused = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");
        LeasesClient leases = store.engine().client(store.key()).leases();
        LeasedJob leased = leases.take("elsewhere").call().get(0);
        String resource =
                store.make("/v1/resources", "{\"name\":\"r\",\"data\":{\"a\":\"" + "x".repeat(60_000) + "\"}}");
        List<BatchOperation> patches = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            patches.add(BatchOperation.patch("/v1/resources/" + resource, Json.of("{\"name\":\"r" + i + "\"}")));
        }

        Job done = leases.complete(leased.job().id(), leased.leaseToken(), Json.of("{}"), patches)
                .idempotencyKey("k")
                .call();

        assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(store.text("/v1/resources/" + resource)).contains("\"name\":\"r5\"");
    }

    /** Returns a new resource and three patches of it, whose answers have 60,000 characters each. */
    private static List<String> fourLargeAnswers() {
        List<String> four = new ArrayList<>();
        four.add(op("POST", "/v1/resources", "{\"name\":\"r\",\"data\":{\"a\":\"" + "x".repeat(60_000) + "\"}}"));
        for (int i = 0; i < 3; i++) {
            four.add(op("PATCH", "/v1/resources/{{0.id}}", "{\"name\":\"r" + i + "\"}"));
        }
        return four;
    }

    /** Returns the operations, and one more whose answer has a text of so many characters. */
    private static String[] withPadding(List<String> operations, int length) {
        List<String> padded = new ArrayList<>(operations);
        padded.add(op("POST", "/v1/resources", "{\"name\":\"r\",\"data\":{\"a\":\"" + "x".repeat(length) + "\"}}"));
        return padded.toArray(String[]::new);
    }

    @Test
    void rows_beyondTheBound_areRefusedBeforeAnythingIsDone() {
        store.use(store.newKey(store.newWideWorkspace()));
        subscribeMany();
        List<String> deletions = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            deletions.add(op("DELETE", archived(40), ""));
        }

        Reply reply = batch(deletions.toArray(String[]::new));

        assertThat(reply.status()).as(reply.text()).isEqualTo(422);
        assertThat(reply.text())
                .contains("too_large", "\"operation\":4")
                .contains("writes more than 4000 rows")
                .contains("Split the batch before it");
        assertThat(store.rows("resources")).isEqualTo(deletions.size());
        assertThat(batch(deletions.subList(0, 4).toArray(String[]::new)).status())
                .isEqualTo(200);
        assertThat(store.rows("resources")).isEqualTo(deletions.size() - 4);
    }

    @Test
    void deletions_thatTheSweepEnds_areDoneWhenTheBatchAnswers() {
        store.use(store.newKey(store.newWideWorkspace()));
        subscribeMany();
        String first = archived(100);
        String second = archived(100);

        Reply reply = batch(op("DELETE", first, ""), CREATE, op("DELETE", second, ""));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(store.rows("children")).isZero();
        for (String deleted : List.of(first, second)) {
            String id = deleted.substring("/v1/resources/".length());
            assertThat(store.events(id)).endsWith("resource.deleted " + id);
        }
    }

    @Test
    void deletions_thatTheSweepEndsWithAJob_areDoneWhenTheCompletionAnswers() {
        store.use(store.newKey(store.newWideWorkspace()));
        subscribeMany();
        String deleted = archived(100);
        String unused = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");
        LeasesClient leases = store.engine().client(store.key()).leases();
        LeasedJob leased = leases.take("elsewhere").call().get(0);

        Job done = leases.complete(
                        leased.job().id(), leased.leaseToken(), Json.of("{}"), List.of(BatchOperation.delete(deleted)))
                .call();

        assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(store.rows("children")).isZero();
        String id = deleted.substring("/v1/resources/".length());
        assertThat(store.events(id)).endsWith("resource.deleted " + id);
    }

    private void subscribeMany() {
        for (int i = 0; i < 20; i++) {
            store.endpoint();
        }
    }

    /** Makes a resource with children that may be deleted. Returns its path. */
    private String archived(int children) {
        String resource = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"r\"}");
        for (int child = 0; child < children; child++) {
            store.make(resource + "/children", "{\"name\":\"c\"}");
        }
        store.call("POST", resource + "/archive");
        return resource;
    }
}
