package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers and bodies are bounded in bytes and elements, whatever a workspace has stored (contract §§6, 7, 9). */
@Timeout(120)
final class BoundedAnswersTest {
    private static final int ENVELOPE_BYTES = 1024;
    private static final int LARGE = 60 * 1024;
    private static final int ITEMS = 40;
    private static final long PAGE_COPIES_MAX = 4;

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void list_ofLargeItems_endsAtTheBytesOfAPageAndGoesOn() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            made.add(store.make("/v1/resources", large("r" + i)));
        }
        Collections.reverse(made);

        assertThat(walk("/v1/resources")).isEqualTo(made);
        assertThat(walk("/v1/events?type=resource.created")).hasSize(ITEMS);
    }

    /** Its rows are read, its items are cut out of them and copied into it; large arrays that double would come on top. */
    @Test
    void list_ofLargeItems_takesLittleMoreMemoryThanItsRowsItemsAndBytes() {
        for (int i = 0; i < ITEMS; i++) {
            store.make("/v1/resources", large("r" + i));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        store.call("GET", "/v1/resources?limit=100");
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

        Reply page = store.call("GET", "/v1/resources?limit=100");

        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertThat(allocated).isLessThan(PAGE_COPIES_MAX * page.body().length);
    }

    @Test
    void children_ofALargeKind_endAtTheBytesOfAPage() {
        String resource = store.make("/v1/resources", "{\"name\":\"parent\"}");
        for (int i = 0; i < ITEMS; i++) {
            store.make("/v1/resources/" + resource + "/children", large("c" + i));
        }

        assertThat(walk("/v1/resources/" + resource + "/children")).hasSize(ITEMS);
        Reply whole = store.call("GET", "/v1/resources/" + resource + "?include=children");
        assertThat(whole.body().length).isLessThan(Limits.PAGE_BYTES_MAX + ENVELOPE_BYTES);
        assertThat(whole.text()).contains("\"hasMore\":true").contains("\"name\":\"c39\"");
    }

    @Test
    void jobs_inAList_haveNoResult() {
        String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
        Map<?, ?> leased = (Map<?, ?>) ((List<?>) json(store.call("POST", "/v1/jobs/lease", "{\"types\":[\"t\"]}"))
                        .get("data"))
                .get(0);
        String result = "{\"text\":\"" + "x".repeat(200_000) + "\"}";
        Reply completed = store.call(
                "POST",
                "/v1/jobs/" + job + "/complete",
                "{\"leaseToken\":\"" + leased.get("leaseToken") + "\",\"result\":" + result + "}");
        assertThat(completed.status()).isEqualTo(200);

        assertThat(store.text("/v1/jobs/" + job)).contains("\"result\"");
        assertThat(store.text("/v1/jobs")).contains(job).doesNotContain("\"result\"");
    }

    @Test
    void delivery_withManyAttempts_showsAndKeepsTheNewest() {
        String delivery = delivered();
        for (int i = 0; i < Limits.RESENDS_MAX; i++) {
            Reply resent = store.call("POST", "/v1/deliveries/" + delivery + "/resend");
            assertThat(resent.status()).isEqualTo(202);
            assertThat(resent.text()).doesNotContain("responseBody");
            store.pass(Duration.ZERO);
        }

        List<?> attempts =
                (List<?>) json(store.call("GET", "/v1/deliveries/" + delivery)).get("attempts");
        assertThat(attempts).hasSize(Limits.ATTEMPTS_KEPT_MAX);
        assertThat(attempts.get(0).toString()).contains("number=7,");
        assertThat(attempts.get(attempts.size() - 1).toString()).contains("number=26,");
        assertThat(store.rows("attempts")).isEqualTo(Limits.ATTEMPTS_KEPT_MAX);
    }

    @Test
    void resend_moreOftenThanADeliveryTakes_isRefusedWithTheLimit() {
        String delivery = delivered();
        for (int i = 0; i < Limits.RESENDS_MAX; i++) {
            assertThat(store.call("POST", "/v1/deliveries/" + delivery + "/resend")
                            .status())
                    .isEqualTo(202);
        }

        Reply refused = store.call("POST", "/v1/deliveries/" + delivery + "/resend");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("invalid_transition", "25 times");
        store.pass(Duration.ZERO);
        assertThat(store.received()).isEqualTo(1 + Limits.RESENDS_MAX);
        assertThat(store.call("POST", "/v1/deliveries/" + delivery + "/resend").status())
                .isEqualTo(409);
    }

    /** The bodies are made of the smallest elements that JSON has, at the top, below it, and as members. */
    @ParameterizedTest
    @ValueSource(
            strings = {"{\"operations\":[1,#1]}", "{\"operations\":[[1,#1]]}", "{\"operations\":[{\"data\":[1,#1]}]}"})
    void bulk_ofTwoMillionNumbers_isRefusedBeforeATreeOfThemIsMade(String form) {
        byte[] body = form.replace("#", "1,".repeat(2_090_000)).getBytes(StandardCharsets.US_ASCII);
        assertThat(body.length).isLessThan(Limits.BULK_BODY_BYTES_MAX);
        Call call = Call.of("POST", "/v1/resources/bulk")
                .withKey(store.key())
                .withHeader("Idempotency-Key", "k")
                .withBody(body);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

        Reply refused = store.engine().call(call);

        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertThat(refused.status()).isIn(400, 422);
        assertThat(refused.text()).containsAnyOf("may have 10000 items", "500000 JSON values");
        assertThat(allocated).isLessThan(64L * Limits.BODY_VALUES_MAX);
    }

    private String delivered() {
        String endpoint = store.endpoint();
        store.pass(Duration.ZERO);
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"a.*\"]}");
        store.pass(Duration.ZERO);
        Reply deliveries = store.call("GET", "/v1/webhook-endpoints/" + endpoint + "/deliveries");
        List<?> data = (List<?>) json(deliveries).get("data");
        Map<?, ?> newest = (Map<?, ?>) data.get(0);
        assertThat(store.received()).isEqualTo(data.size());
        return newest.get("id").toString();
    }

    /** The ids of all items, each page of which is checked. */
    private List<String> walk(String path) {
        List<String> ids = new ArrayList<>();
        String first = path + (path.contains("?") ? "&" : "?") + "limit=100";
        Object cursor = "";
        while (cursor != null) {
            Reply page = store.call("GET", cursor.equals("") ? first : first + "&cursor=" + cursor);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.body().length).isLessThan(Limits.PAGE_BYTES_MAX + ENVELOPE_BYTES);
            Map<String, ?> json = json(page);
            for (Object item : (List<?>) json.get("data")) {
                ids.add(((Map<?, ?>) item).get("id").toString());
            }
            cursor = json.get("nextCursor");
            assertThat(json.get("hasMore")).isEqualTo(cursor != null);
        }
        return ids;
    }

    private static Map<String, ?> json(Reply reply) {
        return Json.of(reply.text()).asMap();
    }

    private static String large(String name) {
        return "{\"name\":\"" + name + "\",\"data\":{\"text\":\"" + "x".repeat(LARGE) + "\"}}";
    }
}
