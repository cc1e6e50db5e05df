package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.settings.Tables;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every job comes to an end, whatever its handler throws and whatever is full, and what it leaves can be read. */
@Timeout(300)
final class JobEndsTest {
    private static final String HALF_A_PAIR = "ab\ud83d";

    private final CountDownLatch heard = new CountDownLatch(1);
    private final CountDownLatch secondRun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicReference<JobContext> firstRun = new AtomicReference<>();
    private final AtomicReference<String> failed = new AtomicReference<>();
    private final TestEngine store = TestEngine.open(builder -> builder.jobHandler("error", job -> {
                throw new ServiceConfigurationError("There is no provider.");
            })
            .jobHandler("failure", job -> {
                throw new JobFailure(HALF_A_PAIR + " /", HALF_A_PAIR, false);
            })
            .jobHandler("twice", job -> {
                if (firstRun.compareAndSet(null, job)) {
                    throw new JobFailure("first", "The first run fails.", false);
                }
                secondRun.countDown();
                await(goOn);
                return Json.EMPTY_OBJECT;
            })
            .jobHandler("nameless", job -> {
                throw new JobFailure(nothing(), "There is no code.", true);
            })
            .listener("audit", (workspace, event) -> {
                if (event.type().equals("job.failed")) {
                    failed.set(event.data().toString());
                }
                if (event.type().equals("resource.created")) {
                    heard.countDown();
                }
            }));

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void handler_throwsAnError_jobIsTriedAgainAndFails() {
        assertThat(ended("{\"type\":\"error\",\"input\":{},\"maxAttempts\":2}"))
                .contains("\"status\":\"failed\"", "\"code\":\"handler_failed\"", "\"attempt\":2");
    }

    @Test
    void handler_failsWithoutACode_jobIsTriedAgainAndFails() {
        assertThat(ended("{\"type\":\"nameless\",\"input\":{},\"maxAttempts\":2}"))
                .contains("\"status\":\"failed\"", "\"code\":\"handler_failed\"", "\"attempt\":2");
    }

    @Test
    void progress_attemptHasEndedAndAnotherOfTheSameNumberRuns_changesNothing() {
        String job = store.make("/v1/jobs", "{\"type\":\"twice\",\"input\":{}}");
        assertThat(store.text("/v1/jobs/" + job + "?wait=30")).contains("\"status\":\"failed\"");
        assertThat(store.call("POST", "/v1/jobs/" + job + "/retry").status()).isEqualTo(200);
        await(secondRun);

        firstRun.get().progress(9, 9, "of the first run");

        String running = store.text("/v1/jobs/" + job);
        goOn.countDown();
        assertThat(running).contains("\"status\":\"running\"").doesNotContain("of the first run");
        assertThat(store.text("/v1/jobs/" + job + "?wait=30"))
                .contains("\"status\":\"succeeded\"")
                .doesNotContain("of the first run");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void handler_failsWithHalfASurrogatePair_problemIsUtf8AndEveryListenerGoesOn() throws Exception {
        String job = store.make("/v1/jobs", "{\"type\":\"failure\",\"input\":{}}");
        store.pass(Duration.ZERO);
        Reply reply = store.call("GET", "/v1/jobs/" + job);
        store.make("/v1/resources", "{\"name\":\"later\"}");

        assertThat(decoded(reply.body()))
                .contains("\"detail\":\"ab?\"", "\"code\":\"ab? /\"", "/problems/ab%3F%20%2F\"");
        assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(failed.get()).contains("\"code\":\"ab? /\"");
    }

    @Test
    void retry_anotherJobHasTheUniqueKeyByNow_isRefusedAndTheKeyStaysTheOthers() {
        String unique = "{\"type\":\"elsewhere\",\"input\":{},\"uniqueKey\":\"k\"}";
        String first = store.make("/v1/jobs", unique);
        fail(first);
        String second = store.make("/v1/jobs", unique);

        assertThat(store.call("POST", "/v1/jobs/" + first + "/retry").text())
                .contains("\"code\":\"already_exists\"", second);

        assertThat(store.make("/v1/jobs", unique)).isEqualTo(second);
        fail(second);
        assertThat(store.call("POST", "/v1/jobs/" + first + "/retry").status()).isEqualTo(200);
        assertThat(store.make("/v1/jobs", unique)).isEqualTo(first);
    }

    @Test
    void bulk_noRoomForTheOutcomesOfAll_failsAndGoesOnWhenItIsRetried() {
        try (TestEngine small =
                TestEngine.open(builder -> builder.tables(Tables.OFF_HEAP).maxResources(1000))) {
            String item = "{\"action\":\"pause\",\"id\":\"res_00000000000000000000000000\"}";
            String bulk = "{\"operations\":[" + (item + ",").repeat(699) + item + "]}";
            String first = small.make("/v1/resources/bulk", bulk);
            assertThat(small.text("/v1/jobs/" + first + "?wait=30")).contains("\"status\":\"succeeded\"");
            String second = small.make("/v1/resources/bulk", bulk);

            assertThat(small.text("/v1/jobs/" + second + "?wait=30"))
                    .contains("\"status\":\"failed\"", "\"code\":\"plan_limit_reached\"", "the table of job pieces");

            small.pass(Duration.ofDays(7).minusMillis(1));
            small.pass(Duration.ofMillis(1));
            assertThat(small.status("/v1/jobs/" + first)).isEqualTo(404);
        }
    }

    /** A worker takes the job and gives it up. */
    private void fail(String job) {
        String leased = store.call("POST", "/v1/jobs/lease", "{\"types\":[\"elsewhere\"]}")
                .text();
        String token = leased.replaceAll(".*\"leaseToken\":\"([^\"]+)\".*", "$1");
        Reply reply = store.call(
                "POST",
                "/v1/jobs/" + job + "/fail",
                Json.of(Map.of("leaseToken", token, "retryable", false, "error", Map.of("detail", "It does not work.")))
                        .toString());
        assertThat(reply.text()).contains("\"status\":\"failed\"");
    }

    /** The job once all its attempts have been made. */
    private String ended(String body) {
        String job = store.make("/v1/jobs", body);
        store.days(1);
        return store.text("/v1/jobs/" + job + "?wait=30");
    }

    private static String decoded(byte[] utf8) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    }

    @SuppressWarnings("NullAway") // what a host that does not check for null does
    private static String nothing() {
        return null;
    }
}
