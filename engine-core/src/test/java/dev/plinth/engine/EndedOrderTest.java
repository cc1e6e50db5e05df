package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests deliveries that wait for others of their resource when their endpoint wants no order any more (contract §9). */
@Timeout(60)
final class EndedOrderTest {
    private static final int MANY = 450;
    private static final Pattern VERSION = Pattern.compile("\"version\":(\\d+)");

    private final TestEngine store = TestEngine.inMemory();
    private final String endpoint = "/v1/webhook-endpoints/" + store.endpoint();
    /** The versions of the resource, as they came. */
    private final List<Integer> came = new CopyOnWriteArrayList<>();

    private volatile int failing = Integer.MAX_VALUE;

    @BeforeEach
    void listen() {
        store.call("PATCH", endpoint, "{\"types\":[\"resource.*\"]}");
        store.pass(Duration.ZERO);
        store.hear(body -> {
            Matcher version = VERSION.matcher(body);
            came.add(version.find() ? Integer.parseInt(version.group(1)) : 0);
        });
        store.answerWith(number -> came.get(came.size() - 1) <= failing ? 500 : 200);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void orderingNone_behindAHeadThatFails_sendsAtOnce() {
        change(2);
        assertThat(came).containsExactly(1);
        failing = 1;

        patch("{\"ordering\":\"none\"}");

        assertThat(came).containsExactlyInAnyOrder(1, 2, 3);
        assertCounts(2, 1);
    }

    @Test
    void orderingNone_manyWait_freesAllInBoundedSteps() {
        change(MANY);
        failing = 1;
        AtomicInteger most = new AtomicInteger();
        store.engine().store().onCommitted((sequence, writes) -> most.accumulateAndGet(writes.size(), Math::max));

        patch("{\"ordering\":\"none\"}");

        assertThat(most.get()).isBetween(Limits.SWEEP_ROWS_MAX, Limits.SWEEP_ROWS_MAX + 1);
        assertCounts(MANY, 1);
    }

    @Test
    void orderingNone_withTheEnabling_releasesInNoOrder() {
        change(2);
        patch("{\"status\":\"disabled\"}");
        store.days(1);
        failing = 1;

        patch("{\"status\":\"enabled\",\"ordering\":\"none\"}");

        assertThat(came).containsExactlyInAnyOrder(1, 1, 2, 3);
        assertCounts(2, 1);
    }

    @Test
    void orderingNone_whileDisabled_sendsInNoOrderOnceItIsEnabled() {
        change(2);
        patch("{\"status\":\"disabled\"}");
        patch("{\"ordering\":\"none\"}");
        assertThat(came).containsExactly(1);
        failing = 1;

        patch("{\"status\":\"enabled\"}");

        assertThat(came).containsExactlyInAnyOrder(1, 1, 2, 3);
        assertCounts(2, 1);
    }

    @Test
    void orderingNone_headIsExhausted_thoseBehindKeepTheirSchedule() {
        change(1);
        store.days(2);

        patch("{\"ordering\":\"none\"}");
        store.days(10);

        assertThat(came.stream().filter(version -> version == 2)).hasSize(10);
    }

    @Test
    void orderingResource_again_sendsWhatIsOpenInOrder() {
        change(2);
        patch("{\"ordering\":\"none\"}");
        patch("{\"ordering\":\"resource\"}");
        List<Integer> failed = new ArrayList<>(came);
        failing = 0;

        store.days(1);

        assertThat(failed).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(came.subList(failed.size(), came.size())).containsExactly(1, 2, 3);
    }

    /** Makes a resource and changes it so often. */
    private void change(int times) {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        store.pass(Duration.ZERO);
        for (int i = 0; i < times; i++) {
            store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"" + i + "\"}");
        }
        store.pass(Duration.ZERO);
    }

    private void patch(String change) {
        assertThat(store.call("PATCH", endpoint, change).status()).isEqualTo(200);
        store.pass(Duration.ZERO);
    }

    private void assertCounts(int delivered, int retrying) {
        assertThat(store.text("/metrics"))
                .contains(
                        "plinth_deliveries{status=\"delivered\"} " + delivered,
                        "plinth_deliveries{status=\"retrying\"} " + retrying,
                        "plinth_deliveries{status=\"pending\"} 0");
    }
}
