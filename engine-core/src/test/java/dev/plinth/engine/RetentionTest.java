package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long things are kept (contract §§5, 7, 8, 9): there a millisecond before their time, gone at it, and out of the tables. */
final class RetentionTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Pattern CURSOR = Pattern.compile("\"nextCursor\":\"([^\"]+)\"");

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void remembered_24HoursAfterItsEnd_isFreeAndTakenOut() {
        String first = store.keyed("k", "POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}")
                .text();
        long rows = store.rows("remembered");

        store.pass(Duration.ofHours(24).minus(MILLI));
        assertThat(store.keyed("k", "POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}")
                        .text())
                .isEqualTo(first);
        assertThat(store.rows("remembered")).isEqualTo(rows);

        store.pass(MILLI);
        assertThat(store.rows("remembered")).isEqualTo(rows - 1);
        assertThat(store.keyed("k", "POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}")
                        .text())
                .isNotEqualTo(first);
        assertThat(store.engine().sweptRows()).containsEntry("remembered", 1L);
    }

    @Test
    void event_30DaysOld_isGoneFromGetAndListAndTables() {
        String event = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");

        store.pass(Duration.ofDays(30).minus(MILLI));
        assertThat(store.status("/v1/events/" + event)).isEqualTo(200);
        assertThat(store.text("/v1/events?type=a.b")).contains(event);

        store.pass(MILLI);
        assertThat(store.status("/v1/events/" + event)).isEqualTo(404);
        assertThat(store.text("/v1/events?type=a.b")).doesNotContain(event).contains("\"hasMore\":false");
        assertThat(store.rows("events")).isZero();
    }

    @Test
    void event_youngerThanTheOnesThatGo_stays() {
        String old = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(1);
        String young = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");

        store.days(29);

        assertThat(store.status("/v1/events/" + old)).isEqualTo(404);
        assertThat(store.status("/v1/events/" + young)).isEqualTo(200);
    }

    @Test
    void after_ofAnEventThatIsGone_givesAllThatIsKept() {
        String gone = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(20);
        String kept = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(10);

        Reply after = store.call("GET", "/v1/events?after=" + gone);

        assertThat(after.status()).isEqualTo(200);
        assertThat(after.text()).contains(kept).doesNotContain(gone);
    }

    @Test
    void after_ofAnEventThatNeverWas_isStillRefused() {
        store.days(40);
        String unknown = "evt_00000000000000000000000000";

        assertThat(store.status("/v1/events?after=" + unknown)).isEqualTo(400);
    }

    @Test
    void cursor_atAnEventThatIsGone_goesOnFromItsPlace() {
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(1);
        String third = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        String first = store.text("/v1/events?type=a.b&limit=2");
        Matcher cursor = CURSOR.matcher(first);
        assertThat(cursor.find()).isTrue();
        store.days(29);

        Reply page = store.call("GET", "/v1/events?type=a.b&limit=2&cursor=" + cursor.group(1));

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("\"data\":[]").contains("\"hasMore\":false");
        assertThat(store.text("/v1/events?type=a.b")).contains(third);
    }

    @Test
    void job_7DaysAfterItsEnd_isGoneWithItsPieces() {
        String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{\"a\":1},\"uniqueKey\":\"u\"}");
        store.days(3);
        assertThat(store.call("POST", "/v1/jobs/" + job + "/cancel").status()).isEqualTo(200);

        store.pass(Duration.ofDays(7).minus(MILLI));
        assertThat(store.status("/v1/jobs/" + job)).isEqualTo(200);
        assertThat(store.text("/v1/jobs")).contains(job);

        store.pass(MILLI);
        assertThat(store.status("/v1/jobs/" + job)).isEqualTo(404);
        assertThat(store.text("/v1/jobs")).doesNotContain(job);
        assertThat(store.rows("jobs")).isZero();
        assertThat(store.rows("job pieces")).isZero();
        assertThat(store.rows("unique jobs")).isZero();
    }

    @Test
    void job_notFinished_staysHoweverOld() {
        String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");

        store.days(60);

        assertThat(store.status("/v1/jobs/" + job)).isEqualTo(200);
    }

    @Test
    void bulkJob_withMoreOutcomesThanAStepTakes_goesWhole() {
        StringBuilder operations = new StringBuilder();
        for (int i = 0; i < 700; i++) {
            operations.append(i == 0 ? "" : ",").append("{\"action\":\"create\",\"name\":\"n\"}");
        }
        String job = store.make("/v1/resources/bulk", "{\"operations\":[" + operations + "]}");
        store.pass(Duration.ZERO);
        assertThat(store.text("/v1/jobs/" + job)).contains("\"succeeded\":700");

        store.days(7);

        assertThat(store.status("/v1/jobs/" + job)).isEqualTo(404);
        assertThat(store.rows("jobs")).isZero();
        assertThat(store.rows("job pieces")).isZero();
    }

    @Test
    void delivery_30DaysAfterItWasDelivered_isGoneWithItsAttempts() {
        store.answerWith(number -> number < 3 ? 500 : 200);
        String endpoint = store.endpoint();
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(1);
        String delivery = delivery(endpoint, "a.b");
        assertThat(store.text("/v1/deliveries/" + delivery)).contains("\"delivered\"", "\"number\":3");

        store.days(29);
        assertThat(store.status("/v1/deliveries/" + delivery)).isEqualTo(200);
        store.days(1);

        assertThat(store.status("/v1/deliveries/" + delivery)).isEqualTo(404);
        assertThat(store.text("/v1/webhook-endpoints/" + endpoint + "/deliveries"))
                .contains("\"data\":[]");
        assertThat(store.rows("deliveries")).isZero();
        assertThat(store.rows("attempts")).isZero();
    }

    @Test
    void delivery_withManyResends_goesWhole() {
        String endpoint = store.endpoint();
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.pass(Duration.ZERO);
        String delivery = delivery(endpoint, "a.b");
        for (int i = 0; i < Limits.RESENDS_MAX; i++) {
            assertThat(store.call("POST", "/v1/deliveries/" + delivery + "/resend")
                            .status())
                    .isEqualTo(202);
            store.pass(Duration.ZERO);
        }
        assertThat(store.rows("attempts")).isEqualTo(Limits.ATTEMPTS_KEPT_MAX);

        store.days(30);

        assertThat(store.rows("deliveries")).isZero();
        assertThat(store.rows("attempts")).isZero();
    }

    @Test
    void delivery_ofADeletedEndpoint_staysReadable30DaysFromThenOn() {
        String endpoint = store.endpoint();
        disable(endpoint);
        String event = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(29);
        String delivery = delivery(endpoint, "a.b");
        assertThat(store.call("DELETE", "/v1/webhook-endpoints/" + endpoint).status())
                .isEqualTo(200);

        store.days(29);
        assertThat(store.text("/v1/deliveries/" + delivery)).contains("\"dropped\"");
        assertThat(store.status("/v1/events/" + event)).isEqualTo(404);
        store.pass(Duration.ofDays(1).minus(MILLI));
        assertThat(store.status("/v1/deliveries/" + delivery)).isEqualTo(200);
        store.pass(MILLI);
        assertThat(store.status("/v1/deliveries/" + delivery)).isEqualTo(404);
    }

    @Test
    void resend_ofADeliveryWhoseEventIsGone_isRefusedWithItsReason() {
        String endpoint = store.endpoint();
        disable(endpoint);
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.days(30);
        String delivery = delivery(endpoint, "a.b");

        Reply reply = store.call("POST", "/v1/deliveries/" + delivery + "/resend");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.text()).contains("invalid_transition", "events are kept 30 days");
    }

    @Test
    void event_whoseDeliveryIsHeld_goesAt30DaysAndTheDeliveryIsDropped() {
        String endpoint = store.endpoint();
        disable(endpoint);
        String event = store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");

        store.pass(Duration.ofDays(30).minus(MILLI));
        String delivery = delivery(endpoint, "a.b");
        assertThat(store.text("/v1/deliveries/" + delivery)).contains("\"held\"");
        store.pass(MILLI);

        assertThat(store.text("/v1/deliveries/" + delivery)).contains("\"dropped\"");
        assertThat(store.status("/v1/events/" + event)).isEqualTo(404);
        store.days(30);
        assertThat(store.rows("deliveries")).isZero();
    }

    /** A delivery that succeeds at its tenth attempt takes three days, so those behind it are open for weeks. */
    @Test
    void lane_whoseHeadIsDropped_goesOnWithWhatIsBehindIt() {
        store.answerWith(number -> number % 10 == 0 ? 200 : 500);
        String endpoint = store.endpoint();
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        for (int i = 0; i < 15; i++) {
            store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"r" + i + "\"}");
        }
        store.days(2);
        store.call("POST", "/v1/resources/" + resource + "/pause");
        String last = delivery(endpoint, "resource.paused");

        store.pass(Duration.ofDays(28).minus(MILLI));
        assertThat(store.text("/v1/deliveries/" + last)).contains("\"pending\"").doesNotContain("nextAttemptAt");
        store.answerWith(number -> 200);
        store.pass(MILLI);

        assertThat(store.text("/v1/deliveries/" + last)).contains("\"delivered\"");
    }

    @Test
    void cancelAndRetry_ofAJobThatIsGone_notFound() {
        String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
        store.call("POST", "/v1/jobs/" + job + "/cancel");
        store.days(7);

        assertThat(store.engine()
                        .call(Call.of("POST", "/v1/jobs/" + job + "/retry").withKey(store.key()))
                        .status())
                .isEqualTo(404);
    }

    private void disable(String endpoint) {
        assertThat(store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"status\":\"disabled\"}")
                        .status())
                .isEqualTo(200);
    }

    /** The id of the one delivery of an endpoint about a type. */
    private String delivery(String endpoint, String type) {
        String list = store.text("/v1/webhook-endpoints/" + endpoint + "/deliveries?limit=100");
        Matcher matcher = Pattern.compile(
                        "\"id\":\"(dlv_[0-9a-z]{26})\",\"endpointId\":\"[^\"]+\",\"eventId\":\"[^\"]+\",\"eventType\":\""
                                + Pattern.quote(type) + "\"")
                .matcher(list);
        assertThat(matcher.find()).as(list).isTrue();
        return matcher.group(1);
    }
}
