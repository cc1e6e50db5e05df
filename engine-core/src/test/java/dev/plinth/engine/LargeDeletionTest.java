package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The deletion of a resource with many children (contract §6): nothing of it is seen from the answer on, whatever happens behind it. */
@Tag("portable")
@Timeout(900)
@Tag("scaled")
final class LargeDeletionTest {
    private static final int MANY = TestScale.count(1_000, 5_000, 5_000);
    private static final int READERS = TestScale.count(4, 16, 64);
    private static final int PARTS = TestScale.count(6, 12, 48);
    private static final int SEVERAL_STEPS = TestScale.count(700, 1_200, 1_200);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Pattern DELETED =
            Pattern.compile("\"type\":\"(\\w+\\.deleted)\".*\"data\":\\{\"id\":\"(\\w+)\"");

    @TempDir
    private Path directory;

    /** The oldest child tells a reader what it has to see of the resource a moment later. */
    @Test
    void delete_besideReaders_isSeenWholeOrNotAtAll() throws Exception {
        try (TestEngine store = TestEngine.inMemory()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String resource = resource(store);
            List<String> children = children(store, resource, MANY);
            archive(store, resource);
            String oldest = "/v1/resources/" + resource + "/children/" + children.get(0);
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger halves = new AtomicInteger();
            CountDownLatch reading = new CountDownLatch(READERS);
            ExecutorService readers = Executors.newFixedThreadPool(READERS);
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                ends.add(readers.submit(() -> {
                    reading.countDown();
                    while (!over.get()) {
                        CompletableFuture<Reply> child = store.submit("GET", oldest);
                        CompletableFuture<Reply> parent = store.submit("GET", "/v1/resources/" + resource);
                        if (child.join().status() == 404 && parent.join().status() != 404) {
                            halves.incrementAndGet();
                        }
                    }
                }));
            }
            reading.await();

            assertDeleted(store.call("DELETE", "/v1/resources/" + resource), resource);

            assertThat(store.status("/v1/resources/" + resource)).isEqualTo(404);
            over.set(true);
            for (Future<?> end : ends) {
                end.get();
            }
            readers.shutdown();
            assertThat(halves).hasValue(0);
            store.pass(Duration.ZERO);
            assertEvents(store, resource, children);
            assertThat(store.rows("children")).isZero();
        }
    }

    @Test
    void delete_noRoomForAllItsEvents_isGoneAtOnceAndDoneOnceThereIsRoom() {
        try (TestEngine store = TestEngine.open(builder -> builder.tables(Tables.OFF_HEAP)
                .maxResources(1)
                .retention(RetentionTimes.DEFAULT.withEvents(WEEK, WEEK)))) {
            List<String> told = hear(store);
            String grantee = store.newWorkspace("grantee");
            String granteeKey = store.newKey(grantee);
            subscribe(store);
            String resource = resource(store);
            store.call("PUT", "/v1/resources/" + resource + "/shares/" + grantee, "{\"role\":\"editor\"}");
            List<String> children = children(store, resource, 600);
            archive(store, resource);
            store.pass(Duration.ZERO);

            assertDeleted(store.call("DELETE", "/v1/resources/" + resource), resource);
            store.pass(Duration.ZERO);

            assertThat(store.rows("children")).as("what has no room waits").isBetween(1L, 599L);
            assertGone(store, resource, children.get(599), grantee);
            store.use(granteeKey);
            assertThat(store.status("/v1/resources/" + resource)).isEqualTo(404);
            assertThat(store.text("/v1/resources?shared=true")).contains("\"data\":[]");
            assertThat(told).isNotEmpty().doesNotContain("resource.deleted " + resource);

            store.days(8);

            assertThat(store.rows("children")).isZero();
            assertThat(told).containsExactlyElementsOf(deletions(resource, children));
        }
    }

    /** Whatever the journal holds of it: all of it is done after the next start, or nothing of it has happened. */
    @Test
    void delete_processDiesAnywhere_isDoneAfterTheNextStartOrNotAtAll() throws IOException {
        AtomicReference<Path> place = new AtomicReference<>(directory.resolve("data"));
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(place.get(), builder))) {
            String resource = resource(store);
            subscribe(store);
            List<String> children = children(store, resource, SEVERAL_STEPS);
            archive(store, resource);
            store.pass(Duration.ZERO);
            CrashedDirectory crashed = CrashedDirectory.begin(place.get());
            assertDeleted(store.call("DELETE", "/v1/resources/" + resource), resource);
            store.pass(Duration.ZERO);
            crashed.end();

            CrashedDirectory.checkParts(PARTS, part -> {
                // More of them early: behind the deletion itself come the attempts of its webhooks.
                place.set(crashed.cut(Math.pow(part, 3), directory.resolve("copy" + part)));
                store.reopen();
                List<String> told = hear(store);
                store.pass(Duration.ofDays(1));

                if (store.status("/v1/resources/" + resource) == 404) {
                    assertThat(store.rows("children")).isZero();
                    assertEvents(store, resource, children);
                    assertThat(told).endsWith("resource.deleted " + resource);
                    assertThat(deletions(resource, children)).containsSubsequence(told);
                } else {
                    assertThat(store.rows("children")).isEqualTo(children.size());
                    assertThat(told).isEmpty();
                }
            });
        }
    }

    /** Rows of a record, and what the caller sees: with 500 children or fewer all events are there when the call has returned. */
    @Test
    void delete_fewChildrenAndManyEndpoints_answersWhenAllEventsAreThere() {
        try (TestEngine store = TestEngine.inMemory()) {
            for (int i = 0; i < 20; i++) {
                subscribe(store);
            }
            String resource = resource(store);
            List<String> children = children(store, resource, 400);
            archive(store, resource);
            store.pass(Duration.ZERO);
            AtomicInteger most = new AtomicInteger();
            store.engine().store().onCommitted((sequence, writes) -> most.accumulateAndGet(writes.size(), Math::max));

            assertDeleted(store.keyed("k", "DELETE", "/v1/resources/" + resource, "{}"), resource);

            assertEvents(store, resource, children);
            assertThat(most.get()).isLessThanOrEqualTo(Limits.DECISION_ROWS_MAX + 2);
            assertThat(store.rows("children")).isZero();
            assertThat(store.keyed("k", "DELETE", "/v1/resources/" + resource, "{}")
                            .header("Idempotent-Replayed"))
                    .isEqualTo("true");
        }
    }

    @Test
    void delete_behindOneThatIsMuchLarger_isDoneBeforeIt() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String large = resource(store);
            children(store, large, MANY);
            archive(store, large);
            String small = resource(store);
            children(store, small, 600);
            archive(store, small);
            List<String> ends = new CopyOnWriteArrayList<>();
            store.engine()
                    .store()
                    .onCommitted((sequence, writes) -> writes.stream()
                            .filter(write ->
                                    write.row() == null && write.table().name().equals("deleted resources"))
                            .forEach(write -> ends.add(Id.read(IdKind.RESOURCE, write.key(), Id.BYTES)
                                    .text())));
            CompletableFuture<Reply> second;
            try (HeldWriterLock frozen =
                    new HeldWriterLock(store.engine(), () -> store.call("DELETE", "/v1/resources/" + large))) {
                assertDeleted(frozen.reply(), large);
                second = CompletableFuture.supplyAsync(() -> store.call("DELETE", "/v1/resources/" + small));
                Patience.until(() -> store.engine().store().writersWaiting() >= 2);
            }
            assertDeleted(second.join(), small);
            store.pass(Duration.ZERO);

            assertThat(ends).containsExactly(small, large);
        }
    }

    @Test
    void delete_itemOfABulkCall_isDoneInBoundedSteps() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String resource = resource(store);
            List<String> children = children(store, resource, 2_000);
            archive(store, resource);
            AtomicInteger most = new AtomicInteger();
            store.engine().store().onCommitted((sequence, writes) -> most.accumulateAndGet(writes.size(), Math::max));

            String job = store.make(
                    "/v1/resources/bulk", "{\"operations\":[{\"action\":\"delete\",\"id\":\"" + resource + "\"}]}");

            assertThat(store.text("/v1/jobs/" + job + "?wait=30")).contains("\"succeeded\":1");
            assertThat(store.status("/v1/resources/" + resource)).isEqualTo(404);
            store.pass(Duration.ZERO);
            assertEvents(store, resource, children);
            assertThat(most.get()).isLessThanOrEqualTo(Limits.DECISION_ROWS_MAX + 2);
        }
    }

    @Test
    void deleteWorkspace_whileAResourceIsBeingDeleted_leavesNothing() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.days(40);
            byte[] before = store.engine().store().stateHash();
            String doomed = store.newWideWorkspace();
            store.use(store.newKey(doomed));
            subscribe(store);
            String resource = resource(store);
            children(store, resource, MANY);
            archive(store, resource);
            store.pass(Duration.ZERO);

            assertDeleted(store.call("DELETE", "/v1/resources/" + resource), resource);
            store.engine().admin().deleteWorkspace(doomed).call();
            store.days(61);

            assertThat(store.engine().store().stateHash()).isEqualTo(before);
        }
    }

    @Test
    void create_inThePlaceOfOneThatIsBeingDeleted_isWithinThePlan() {
        try (TestEngine store = TestEngine.open(builder -> builder.plan(Plan.of("one", 1_000_000, Duration.ofSeconds(1))
                .withQueuedJobsMax(100)
                .withResourcesMax(1)))) {
            store.use(store.newKey(
                    store.engine().admin().createWorkspace("w", "one").call().id()));
            String resource = resource(store);
            children(store, resource, MANY);
            archive(store, resource);

            assertDeleted(store.call("DELETE", "/v1/resources/" + resource), resource);

            assertThat(store.call("POST", "/v1/resources", "{\"name\":\"next\"}")
                            .status())
                    .isEqualTo(201);
        }
    }

    private static void assertGone(TestEngine store, String resource, String child, String grantee) {
        String path = "/v1/resources/" + resource;
        for (String read : List.of("", "?include=children", "/children", "/children/" + child, "/shares")) {
            assertThat(store.status(path + read)).as(read).isEqualTo(404);
        }
        for (String list : List.of("", "?status=all", "?status=archived", "?type=resource", "?metadata.k=v")) {
            assertThat(store.text("/v1/resources" + list)).as(list).contains("\"data\":[]");
        }
        for (String move : List.of("/pause", "/resume", "/archive", "/unarchive", "/operations/any")) {
            assertThat(store.call("POST", path + move, "{}").status()).as(move).isEqualTo(404);
        }
        assertThat(store.call("PATCH", path, "{\"name\":\"n\"}").status()).isEqualTo(404);
        assertThat(store.call("DELETE", path).status()).isEqualTo(404);
        assertThat(store.call("POST", path + "/children", "{\"name\":\"n\"}").status())
                .isEqualTo(404);
        assertThat(store.call("PATCH", path + "/children/" + child, "{\"name\":\"n\"}")
                        .status())
                .isEqualTo(404);
        assertThat(store.call("DELETE", path + "/children/" + child).status()).isEqualTo(404);
        assertThat(store.call("PUT", path + "/shares/" + grantee, "{\"role\":\"reader\"}")
                        .status())
                .isEqualTo(404);
        assertThat(store.call("DELETE", path + "/shares/" + grantee).status()).isEqualTo(404);
        assertThat(store.call("POST", "/v1/jobs", "{\"type\":\"t\",\"input\":{},\"resourceId\":\"" + resource + "\"}")
                        .status())
                .isEqualTo(404);
    }

    private static void subscribe(TestEngine store) {
        String endpoint = store.endpoint();
        store.call(
                "PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"child.deleted\",\"resource.deleted\"]}");
        store.pass(Duration.ZERO);
    }

    private static String resource(TestEngine store) {
        return store.make("/v1/resources", "{\"name\":\"r\",\"metadata\":{\"k\":\"v\"}}");
    }

    private static List<String> children(TestEngine store, String resource, int count) {
        List<String> children = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            children.add(store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}"));
        }
        return children;
    }

    private static void archive(TestEngine store, String resource) {
        assertThat(store.call("POST", "/v1/resources/" + resource + "/archive", "{}")
                        .status())
                .isEqualTo(200);
    }

    private static void assertDeleted(Reply reply, String resource) {
        assertThat(reply.text()).isEqualTo("{\"id\":\"" + resource + "\",\"deleted\":true}");
    }

    /** The deletions as they were heard of. */
    private static List<String> hear(TestEngine store) {
        List<String> told = new CopyOnWriteArrayList<>();
        store.hear(body -> {
            Matcher event = DELETED.matcher(body);
            if (event.find()) {
                told.add(event.group(1) + " " + event.group(2));
            }
        });
        return told;
    }

    private static List<String> deletions(String resource, List<String> children) {
        List<String> deletions = new ArrayList<>();
        children.forEach(child -> deletions.add("child.deleted " + child));
        deletions.add("resource.deleted " + resource);
        return deletions;
    }

    private static void assertEvents(TestEngine store, String resource, List<String> children) {
        assertThat(store.events(resource).stream().filter(event -> event.contains(".deleted ")))
                .containsExactlyElementsOf(deletions(resource, children));
    }
}
