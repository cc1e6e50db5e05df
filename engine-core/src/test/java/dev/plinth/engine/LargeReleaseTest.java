package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The release of many deliveries (contract §9): at once for all who look, in order for each resource, whatever comes between. */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
final class LargeReleaseTest {
    private static final int RESOURCES = 10;
    private static final int CHANGES = 95;
    private static final int HELD = RESOURCES * (CHANGES + 1);
    private static final int PARTS = 6;
    private static final Pattern CHANGE = Pattern.compile("\"id\":\"(res_\\w+)\".*\"version\":(\\d+)");
    private static final Pattern DELIVERY = Pattern.compile("\"id\":\"(dlv_\\w+)\"");

    /** The versions that arrived of each resource, in the order in which they did. */
    private final Map<String, List<Integer>> arrived = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private int changes;

    @Test
    void enable_beforeTheBackgroundWasThere_showsNoneAsHeld() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            String newest = newest(store, endpoint);
            try (HeldWriterLock frozen = new HeldWriterLock(
                    store.engine(), () -> store.call("PATCH", endpoint, "{\"status\":\"enabled\"}"))) {
                assertThat(frozen.reply().text()).contains("\"status\":\"enabled\"");

                assertThat(store.text("/metrics")).doesNotContain("plinth_deliveries{status=\"held\"} 0");
                assertThat(store.text(endpoint + "/deliveries?status=held&limit=100"))
                        .contains("\"data\":[]");
                // Behind others of its resource, so that nothing says when.
                assertThat(store.text("/v1/deliveries/" + newest))
                        .contains("\"status\":\"pending\"")
                        .doesNotContain("nextAttemptAt");
            }
            store.pass(Duration.ZERO);
            assertArrived(resources, CHANGES + 1);
        }
    }

    @Test
    void enable_whileOthersWrite_letsThemInAndKeepsTheOrder() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            Store rows = store.engine().store();
            AtomicInteger most = new AtomicInteger();
            AtomicLong between = new AtomicLong();
            AtomicLong last = new AtomicLong();
            rows.onCommitted((sequence, writes) -> {
                most.accumulateAndGet(writes.size(), Math::max);
                if (deliveries(writes) > 100) {
                    last.set(sequence);
                    if (between.get() == 0) {
                        between.set(writeNow(store, resources.get(0)));
                    }
                }
            });

            patch(store, endpoint, "{\"status\":\"enabled\"}");
            change(store, resources, 3);
            store.pass(Duration.ZERO);

            assertThat(between.get()).isPositive().isLessThan(last.get());
            assertThat(most.get()).isLessThanOrEqualTo(Limits.SWEEP_ROWS_MAX + 1);
            assertThat(arrived.get(resources.get(0))).hasSize(CHANGES + 5).isSorted();
            assertArrived(resources.subList(1, RESOURCES), CHANGES + 4);
        }
    }

    @Test
    void enable_thenDisabledAtOnce_holdsWhatHasNotGoneOutAndLosesNothing() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            for (int i = 0; i < 3; i++) {
                store.call("PATCH", endpoint, "{\"status\":\"enabled\"}");
                change(store, resources, 1);
                store.call("PATCH", endpoint, "{\"status\":\"disabled\"}");
                change(store, resources, 1);
            }
            store.pass(Duration.ofDays(1));
            int before = store.received();
            assertThat(store.text(endpoint + "/deliveries?status=pending")).contains("\"data\":[]");
            store.pass(Duration.ofDays(1));
            assertThat(store.received()).isEqualTo(before);

            patch(store, endpoint, "{\"status\":\"enabled\"}");
            store.pass(Duration.ZERO);

            assertArrived(resources, CHANGES + 7);
        }
    }

    @Test
    void enable_thenDeletedAtOnce_dropsWhatHasNotGoneOut() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            change(store, resources(store), CHANGES);

            store.call("PATCH", endpoint, "{\"status\":\"enabled\"}");
            store.call("DELETE", endpoint);
            store.pass(Duration.ofDays(1));

            int received = store.received();
            assertThat(store.text("/metrics"))
                    .contains(
                            "plinth_deliveries{status=\"delivered\"} " + received,
                            "plinth_deliveries{status=\"dropped\"} " + (HELD - received),
                            "plinth_deliveries{status=\"held\"} 0",
                            "plinth_deliveries{status=\"pending\"} 0");
        }
    }

    @Test
    void enable_withRetriesAhead_triesThemAtOnce() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            store.answerWith(number -> 500);
            patch(store, endpoint, "{\"status\":\"enabled\"}");
            store.pass(Duration.ofMinutes(10));
            arrived.clear();
            patch(store, endpoint, "{\"status\":\"disabled\"}");
            store.answerWith(number -> 200);

            patch(store, endpoint, "{\"status\":\"enabled\"}");
            store.pass(Duration.ZERO);

            assertArrived(resources, CHANGES + 1);
        }
    }

    @Test
    void orderingNone_manyWaitBehindOneThatFails_areSentAtOnce() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            store.answerWith(number -> 500);
            patch(store, endpoint, "{\"status\":\"enabled\"}");
            arrived.clear();
            store.answerWith(number -> 200);

            patch(store, endpoint, "{\"ordering\":\"none\"}");
            store.pass(Duration.ZERO);

            assertThat(arrived.values())
                    .hasSize(RESOURCES)
                    .allSatisfy(
                            versions -> assertThat(versions).hasSize(CHANGES).doesNotContain(1));
        }
    }

    @Test
    void activate_afterASuspension_releasesAllEnabledEndpointsAndNoOther() {
        try (TestEngine store = TestEngine.inMemory()) {
            List<String> endpoints = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                endpoints.add(disabled(store));
            }
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            String workspace =
                    store.engine().client(store.key()).workspace().call().id();
            store.answerWith(number -> 500);
            for (String endpoint : endpoints.subList(0, 3)) {
                patch(store, endpoint, "{\"status\":\"enabled\"}");
            }
            store.engine().admin().suspend(workspace).call();
            store.days(1);
            arrived.clear();
            int before = store.received();
            store.answerWith(number -> 200);

            store.engine().admin().activate(workspace).call();
            store.engine().admin().suspend(workspace).call();
            store.pass(Duration.ZERO);
            store.engine().admin().activate(workspace).call();
            store.pass(Duration.ZERO);

            assertThat(store.received() - before).isEqualTo(3 * HELD);
            assertThat(store.text("/metrics"))
                    .contains(
                            "plinth_deliveries{status=\"delivered\"} " + 3 * HELD,
                            "plinth_deliveries{status=\"held\"} " + HELD);
        }
    }

    @Test
    void enable_processDiesAnywhere_deliversAllAfterTheNextStart() throws IOException {
        AtomicReference<Path> place = new AtomicReference<>(directory.resolve("data"));
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(place.get(), builder))) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);
            store.pass(Duration.ZERO);
            store.answerWith(number -> 500);
            CrashedDirectory crashed = CrashedDirectory.begin(place.get());
            store.call("PATCH", endpoint, "{\"status\":\"enabled\"}");
            store.pass(Duration.ZERO);
            crashed.end();
            store.answerWith(number -> 200);

            CrashedDirectory.checkParts(PARTS, part -> {
                place.set(crashed.cut(part, directory.resolve("copy" + part)));
                arrived.clear();
                store.reopen();
                store.pass(Duration.ofDays(1));
                if (store.text(endpoint).contains("\"status\":\"disabled\"")) {
                    assertThat(arrived).isEmpty();
                    patch(store, endpoint, "{\"status\":\"enabled\"}");
                    store.pass(Duration.ofDays(1));
                }
                assertArrived(resources, CHANGES + 1);
            });
        }
    }

    @Test
    void deleteWorkspace_whileDeliveriesAreReleased_leavesNothing() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.days(40);
            byte[] before = store.engine().store().stateHash();
            String doomed = store.newWideWorkspace();
            store.use(store.newKey(doomed));
            String endpoint = disabled(store);
            change(store, resources(store), CHANGES);

            store.call("PATCH", endpoint, "{\"status\":\"enabled\"}");
            store.engine().admin().deleteWorkspace(doomed).call();
            store.days(61);

            assertThat(store.engine().store().stateHash()).isEqualTo(before);
        }
    }

    /** A change of a resource by another thread; gives the sequence of its record once that is there, and does not wait for its answer. */
    private static long writeNow(TestEngine store, String resource) {
        Store rows = store.engine().store();
        long before = rows.journalFigures().appended();
        Thread writer = new Thread(() -> store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"between\"}"));
        writer.setDaemon(true);
        writer.start();
        Patience.until(() -> rows.journalFigures().appended() != before);
        return before + 1;
    }

    private String disabled(TestEngine store) {
        store.hear(body -> {
            Matcher change = CHANGE.matcher(body);
            if (change.find()) {
                synchronized (arrived) {
                    arrived.computeIfAbsent(change.group(1), resource -> new CopyOnWriteArrayList<>())
                            .add(Integer.parseInt(change.group(2)));
                }
            }
        });
        String endpoint = "/v1/webhook-endpoints/" + store.endpoint();
        patch(store, endpoint, "{\"types\":[\"resource.*\"],\"status\":\"disabled\"}");
        return endpoint;
    }

    private static void patch(TestEngine store, String endpoint, String change) {
        assertThat(store.call("PATCH", endpoint, change).status()).isEqualTo(200);
        store.pass(Duration.ZERO);
    }

    private static List<String> resources(TestEngine store) {
        List<String> resources = new ArrayList<>();
        for (int i = 0; i < RESOURCES; i++) {
            resources.add(store.make("/v1/resources", "{\"name\":\"r\"}"));
        }
        return resources;
    }

    /** Changes each resource so often, in turns. */
    private void change(TestEngine store, List<String> resources, int times) {
        for (int i = 0; i < times; i++) {
            changes++;
            for (String resource : resources) {
                Reply changed = store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"" + changes + "\"}");
                assertThat(changed.status()).as(changed.text()).isEqualTo(200);
            }
        }
    }

    /** Each version of each resource has arrived once, in order. */
    private void assertArrived(List<String> resources, int versions) {
        List<Integer> all = new ArrayList<>();
        for (int version = 1; version <= versions; version++) {
            all.add(version);
        }
        for (String resource : resources) {
            assertThat(arrived.get(resource)).as(resource).isEqualTo(all);
        }
    }

    private static long deliveries(List<Changes.Write> writes) {
        return writes.stream()
                .filter(write -> write.table().name().equals("deliveries"))
                .count();
    }

    private static String newest(TestEngine store, String endpoint) {
        Matcher id = DELIVERY.matcher(store.text(endpoint + "/deliveries?limit=1"));
        assertThat(id.find()).isTrue();
        return id.group(1);
    }
}
