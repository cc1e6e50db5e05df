package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that events which a disabled endpoint misses beyond its held deliveries come in order once it is enabled (contract §9). */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
final class MissedEventsTest {
    private static final int RESOURCES = 10;
    private static final int CHANGES = 150;
    private static final int PARTS = 5;
    private static final Pattern CHANGE = Pattern.compile("\"id\":\"(res_\\w+)\".*\"version\":(\\d+)");

    /** The versions that arrived of each resource, in the order in which they did. */
    private final Map<String, List<Integer>> arrived = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private int changes;

    @Test
    void disabled_moreEventsThanItHolds_hasAMarkAndNoFurtherRows() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, 95);
            assertThat(store.text(endpoint)).doesNotContain("missedSince");
            store.pass(Duration.ofHours(1));

            change(store, resources, CHANGES - 95);

            assertThat(store.rows("deliveries")).isEqualTo(Limits.DELIVERIES_HELD_MAX);
            assertThat(store.text(endpoint)).contains("\"missedSince\":\"2026-01-01T01:00:00.000Z\"");
            assertThat(store.engine()
                            .client(store.key())
                            .webhooks()
                            .list()
                            .call()
                            .data())
                    .allMatch(one -> one.missedSince().isPresent());
        }
    }

    @Test
    void enable_makesWhatWasMissedInOrder() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);

            store.call("PATCH", endpoint, "{\"status\":\"enabled\"}");
            change(store, resources, 3);
            store.pass(Duration.ZERO);
            change(store, resources, 1);
            store.pass(Duration.ZERO);

            assertArrived(resources, CHANGES + 5);
            assertThat(store.text(endpoint)).doesNotContain("missedSince");
        }
    }

    /** The mark is written in the record of the event that is missed, even where that record has many. */
    @Test
    void deletion_ofAResourceWithChildren_beyondWhatIsHeld_losesNoEvent() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            patch(store, endpoint, "{\"types\":[\"child.deleted\",\"resource.*\"]}");
            change(store, resources(store), 97);
            String parent = store.make("/v1/resources", "{\"name\":\"parent\"}");
            for (int i = 0; i < 60; i++) {
                store.make("/v1/resources/" + parent + "/children", "{\"name\":\"c\"}");
            }
            assertThat(store.call("POST", "/v1/resources/" + parent + "/archive")
                            .status())
                    .isEqualTo(200);
            assertThat(store.call("DELETE", "/v1/resources/" + parent).status()).isEqualTo(200);
            assertThat(store.rows("deliveries")).isEqualTo(Limits.DELIVERIES_HELD_MAX);
            List<String> bodies = new CopyOnWriteArrayList<>();
            store.hear(bodies::add);

            patch(store, endpoint, "{\"status\":\"enabled\"}");
            store.pass(Duration.ZERO);

            assertThat(bodies).hasSize(RESOURCES * 98 + 63);
            List<String> ofParent = bodies.stream()
                    .filter(body -> body.contains(parent) || body.contains("child.deleted"))
                    .toList();
            assertThat(ofParent).hasSize(63);
            assertThat(ofParent.get(0)).contains("resource.created");
            assertThat(ofParent.get(62)).contains("resource.deleted");
        }
    }

    @Test
    void enable_thenDisabledAtOnce_losesNothing() {
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

            patch(store, endpoint, "{\"status\":\"enabled\"}");
            store.pass(Duration.ZERO);

            assertArrived(resources, CHANGES + 7);
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
    void deleteEndpoint_thatMissesEvents_leavesNoWork() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = disabled(store);
            change(store, resources(store), CHANGES);
            store.call("PATCH", endpoint, "{\"status\":\"enabled\"}");

            store.call("DELETE", endpoint);
            store.pass(Duration.ofDays(1));

            assertThat(store.rows("missed events")).isZero();
            assertThat(store.text("/metrics")).contains("plinth_deliveries{status=\"held\"} 0");
        }
    }

    @Test
    void deleteWorkspace_whileMissedEventsAreMade_leavesNothing() {
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

    /** Missed events are new deliveries. A workspace without room for them holds up no other. */
    @Test
    void enable_moreMissedThanThePlansShareTakes_staysWithinItAndHoldsUpNoOther() {
        long share = Limits.DELIVERIES_HELD_MAX + 10;
        Plan narrow = Plan.perMinute("narrow", 1_000_000).withShare("deliveries", new TableShare(share, 10_000_000));
        try (TestEngine store = TestEngine.open(builder -> builder.plan(narrow))) {
            String free = store.key();
            String full = store.newKey(store.engine()
                    .admin()
                    .createWorkspace("full", "narrow")
                    .call()
                    .id());
            store.use(full);
            String ofFull = disabled(store);
            change(store, resources(store), CHANGES);
            store.use(free);
            String ofFree = disabled(store);
            List<String> resources = resources(store);
            change(store, resources, CHANGES);

            store.use(full);
            patch(store, ofFull, "{\"status\":\"enabled\"}");
            store.use(free);
            patch(store, ofFree, "{\"status\":\"enabled\"}");

            assertThat(store.text(ofFree)).doesNotContain("missedSince");
            assertThat(store.rows("deliveries")).isLessThanOrEqualTo(share + RESOURCES * (CHANGES + 1L));
            store.use(full);
            assertThat(store.text(ofFull)).contains("missedSince");
        }
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
}
