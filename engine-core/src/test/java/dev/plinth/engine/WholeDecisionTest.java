package dev.plinth.engine;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A decision of hundreds of rows happens whole or not at all, whatever stops it, and no reader sees a part of it. */
@Timeout(120)
final class WholeDecisionTest {
    private static final int CHILDREN = 450;
    private static final int HELD = 450;
    private static final int ROWS_OF_THE_SMALLEST_TABLE = 1024;
    private static final int BEYOND_THE_SHARE = 60;
    private static final int READERS = 8;
    private static final int DELETIONS = 20;

    private final EventIds ids = new EventIds();
    private TestEngine store = open(builder -> {});

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void deleteResource_noRoomForAllItsEvents_nothingIsChanged() {
        reopen(1);
        String resource = archivedWithChildren();
        publishUntilEvents(ROWS_OF_THE_SMALLEST_TABLE - 250);

        assertRefusedWhole(503, "DELETE", "/v1/resources/" + resource);

        assertThat(children(resource)).isEqualTo(CHILDREN);
    }

    @Test
    void deleteResource_memoryEndsInTheMiddle_nothingIsChangedAndTheNextCallSucceeds() {
        String resource = archivedWithChildren();
        ids.failAfter(CHILDREN / 2);

        assertRefusedWhole(500, "DELETE", "/v1/resources/" + resource);

        assertThat(children(resource)).isEqualTo(CHILDREN);
        ids.failAfter(Integer.MAX_VALUE);
        assertThat(store.call("DELETE", "/v1/resources/" + resource).status()).isEqualTo(200);
        assertThat(children(resource)).isZero();
    }

    @Test
    void deleteEndpoint_noRoomForItsEvent_nothingIsDropped() {
        reopen(1);
        String endpoint = disabledEndpointWithHeldDeliveries();
        List<String> resources = new ArrayList<>();
        for (int i = 0; i < BEYOND_THE_SHARE; i++) {
            resources.add(store.make("/v1/resources", "{\"name\":\"r\"}"));
        }
        publishUntilRefused();
        // A change that ends something has room beyond the share, until that is used up too.
        assertThat(resources.stream()
                        .map(resource -> store.call("POST", "/v1/resources/" + resource + "/archive", "{}")
                                .status())
                        .collect(toSet()))
                .containsExactlyInAnyOrder(200, 403);

        assertRefusedWhole(403, "DELETE", endpoint);

        assertThat(store.text("/metrics")).contains("plinth_deliveries{status=\"dropped\"} 0");
    }

    @Test
    void enableEndpoint_noRoomForItsEvent_nothingIsReleased() {
        reopen(1);
        String endpoint = disabledEndpointWithHeldDeliveries();
        publishUntilRefused();

        assertRefusedWhole(403, "PATCH", endpoint, "{\"status\":\"enabled\"}");

        assertThat(store.text("/metrics")).contains("plinth_deliveries{status=\"pending\"} 0");
    }

    @Test
    void bulk_noRoomForAllOfItsInput_leavesNoPieceOfIt() {
        reopen(10_000);
        String bulk = bulk();
        String job = "/v1/jobs/" + store.make("/v1/resources/bulk", bulk);
        assertThat(store.text(job + "?wait=30")).contains("\"status\":\"succeeded\"");
        long pieces = store.rows("job pieces");
        assertThat(pieces).isGreaterThan(50);

        for (int i = 0; i < 3; i++) {
            assertRefusedWhole(403, "POST", "/v1/resources/bulk", bulk);
        }

        assertThat(store.rows("job pieces")).isEqualTo(pieces);
    }

    @Test
    void deleteResource_besideManyReaders_isSeenDoneOrNotBegun() throws Exception {
        Set<String> seen = new HashSet<>();
        AtomicBoolean busy = new AtomicBoolean(true);
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        for (int i = 0; i < DELETIONS; i++) {
            String resource = archivedWithChildren();
            SetKey children = children(id(resource));
            busy.set(true);
            List<Future<Set<String>>> running = new ArrayList<>();
            for (int reader = 0; reader < READERS; reader++) {
                running.add(readers.submit(() -> {
                    Set<String> states = new HashSet<>();
                    while (busy.get()) {
                        states.add(store.engine().store().readToAnswer(rows -> rows.size(children) + " children"));
                    }
                    return states;
                }));
            }
            assertThat(store.call("DELETE", "/v1/resources/" + resource).status())
                    .isEqualTo(200);
            busy.set(false);
            for (Future<Set<String>> each : running) {
                seen.addAll(each.get());
            }
        }
        readers.shutdown();

        assertThat(seen).isSubsetOf(CHILDREN + " children", "0 children");
    }

    private void assertRefusedWhole(int status, String method, String path) {
        assertRefusedWhole(status, method, path, "{}");
    }

    private void assertRefusedWhole(int status, String method, String path, String body) {
        byte[] before = store.engine().store().stateHash();

        // A limit of the plan would be remembered under a key; what has no room is not.
        Reply refused = status == 403 ? store.call(method, path, body) : store.keyed("whole", method, path, body);

        assertThat(refused.status()).as(refused.text()).isEqualTo(status);
        assertThat(refused.text()).contains("nothing was changed");
        assertThat(store.engine().store().stateHash()).isEqualTo(before);
    }

    private String archivedWithChildren() {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        for (int i = 0; i < CHILDREN; i++) {
            store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");
        }
        assertThat(store.call("POST", "/v1/resources/" + resource + "/archive").status())
                .isEqualTo(200);
        return resource;
    }

    private String disabledEndpointWithHeldDeliveries() {
        String endpoint = "/v1/webhook-endpoints/"
                + store.make(
                        "/v1/webhook-endpoints", "{\"url\":\"http://127.0.0.1:9/\",\"types\":[\"payment.processed\"]}");
        assertThat(store.call("PATCH", endpoint, "{\"status\":\"disabled\"}").status())
                .isEqualTo(200);
        for (int i = 0; i < HELD; i++) {
            store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
        }
        return endpoint;
    }

    private void publishUntilEvents(int rows) {
        while (store.rows("events") < rows) {
            store.make("/v1/events", "{\"type\":\"filler\",\"data\":{}}");
        }
    }

    private void publishUntilRefused() {
        Reply reply;
        do {
            reply = store.call("POST", "/v1/events", "{\"type\":\"filler\",\"data\":{}}");
        } while (reply.status() == 201);
        assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    }

    /** A call of some 3.6 MB. */
    private static String bulk() {
        String operation = "{\"action\":\"create\",\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(60_000) + "\"}}";
        return "{\"operations\":[" + String.join(",", Collections.nCopies(60, operation)) + "]}";
    }

    private long children(String resource) {
        SetKey children = children(id(resource));
        return store.engine().store().look(rows -> rows.size(children));
    }

    private static SetKey children(Id resource) {
        return SetKey.of(SetKinds.CHILDREN, resource);
    }

    private static Id id(String resource) {
        Id id = Id.parse(IdKind.RESOURCE, resource);
        assertThat(id).isNotNull();
        return id;
    }

    /** Opens a store whose tables are as small as off-heap tables for so many resources are. */
    private void reopen(int maxResources) {
        store.close();
        store = open(builder -> builder.tables(Tables.OFF_HEAP).maxResources(maxResources));
    }

    private TestEngine open(Consumer<EngineBuilder> tables) {
        TestEngine opened = TestEngine.open(builder -> tables.accept(builder.ids(ids)));
        opened.use(opened.newKey(opened.newWideWorkspace()));
        return opened;
    }

    /** Ids of which those of events end, as memory does. */
    private static final class EventIds implements IdSource {
        private final IdSource ids = new SeededIds(1);
        private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

        void failAfter(int events) {
            left.set(events);
        }

        @Override
        public Bits next(String kind, long epochMillis) {
            if (kind.equals("evt") && left.getAndDecrement() == 0) {
                throw new OutOfMemoryError("Java heap space");
            }
            return ids.next(kind, epochMillis);
        }

        @Override
        public void fillSecret(byte[] target) {
            ids.fillSecret(target);
        }
    }
}
