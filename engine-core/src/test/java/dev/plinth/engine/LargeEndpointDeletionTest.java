package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

/** The deletion of an endpoint with many open deliveries (contract §9): all of them are dropped from the answer on, whatever happens behind it. */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
final class LargeEndpointDeletionTest {
    private static final int MANY = 1_000;
    private static final int READERS = 16;
    private static final int CUTS = 6;
    private static final Pattern DELIVERY = Pattern.compile("\"id\":\"(dlv_\\w+)\"");

    @TempDir
    private Path directory;

    @Test
    void delete_besideReaders_isSeenWholeOrNotAtAll() throws Exception {
        try (TestEngine store = TestEngine.inMemory()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String endpoint = disabled(store);
            publish(store, 1);
            String oldest = "/v1/deliveries/" + newest(store, endpoint);
            publish(store, MANY - 1);
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger halves = new AtomicInteger();
            CountDownLatch reading = new CountDownLatch(READERS);
            ExecutorService readers = Executors.newFixedThreadPool(READERS);
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                ends.add(readers.submit(() -> {
                    reading.countDown();
                    while (!over.get()) {
                        CompletableFuture<Reply> delivery = store.submit("GET", oldest);
                        CompletableFuture<Reply> shown = store.submit("GET", endpoint);
                        boolean isDropped = delivery.join().text().contains("\"status\":\"dropped\"");
                        if (isDropped && shown.join().status() != 404) {
                            halves.incrementAndGet();
                        }
                    }
                }));
            }
            reading.await();

            assertThat(store.call("DELETE", endpoint).status()).isEqualTo(200);

            assertThat(store.text(oldest)).contains("\"status\":\"dropped\"");
            over.set(true);
            for (Future<?> end : ends) {
                end.get();
            }
            readers.shutdown();
            assertThat(halves).hasValue(0);
            store.pass(Duration.ZERO);
            assertDropped(store, MANY);
        }
    }

    @Test
    void delete_beforeTheBackgroundWasThere_showsAllDeliveriesAsDropped() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String endpoint = disabled(store);
            publish(store, MANY);
            String newest = "/v1/deliveries/" + newest(store, endpoint);
            try (HeldWriterLock frozen = new HeldWriterLock(store.engine(), () -> store.call("DELETE", endpoint))) {
                assertThat(frozen.reply().text()).contains("\"deleted\":true");

                assertThat(store.text("/metrics")).doesNotContain("plinth_deliveries{status=\"held\"} 0");
                assertThat(store.text(newest))
                        .contains("\"status\":\"dropped\"")
                        .doesNotContain("nextAttemptAt");
                assertThat(store.status(endpoint)).isEqualTo(404);
                assertThat(store.status(endpoint + "/deliveries")).isEqualTo(404);
                assertThat(store.text("/v1/webhook-endpoints")).contains("\"data\":[]");
                assertThat(store.text("/v1/events?type=webhook_endpoint.deleted"))
                        .contains("\"deleted\":true");
            }
            assertThat(store.call("DELETE", endpoint).status()).isEqualTo(404);
            assertThat(store.call("PATCH", endpoint, "{\"status\":\"enabled\"}").status())
                    .isEqualTo(404);
            assertThat(store.call("POST", newest + "/resend").status()).isEqualTo(409);
            store.days(29);
            assertThat(store.text(newest)).contains("\"status\":\"dropped\"");
            store.days(1);
            assertThat(store.status(newest)).isEqualTo(404);
            assertThat(store.rows("deliveries")).isZero();
        }
    }

    /** The four that are under way have gone out before; none of those that wait for their places does. */
    @Test
    void delete_whileItsDeliveriesGoOut_noneBeginsFromTheAnswerOn() {
        try (TestEngine store = TestEngine.inMemory();
                HeldReceiver receiver = new HeldReceiver()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String endpoint = "/v1/webhook-endpoints/"
                    + store.make("/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\",\"types\":[\"a.b\"]}");
            publish(store, 1_000);
            receiver.awaitReceived(4);
            try (HeldWriterLock frozen = new HeldWriterLock(store.engine(), () -> store.call("DELETE", endpoint))) {
                assertThat(frozen.reply().status()).isEqualTo(200);
                receiver.letAllGo();
            }
            store.pass(Duration.ofDays(1));

            assertThat(receiver.received()).isEqualTo(4);
            assertThat(store.text("/metrics"))
                    .contains(
                            "plinth_deliveries{status=\"delivered\"} 4",
                            "plinth_deliveries{status=\"dropped\"} 996",
                            "plinth_deliveries{status=\"pending\"} 0");
        }
    }

    @Test
    void delete_attemptThatWasUnderWayFails_isNotTriedAgain() {
        try (TestEngine store = TestEngine.inMemory();
                HeldReceiver receiver = new HeldReceiver()) {
            receiver.answer(500);
            String endpoint = "/v1/webhook-endpoints/"
                    + store.make("/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\",\"types\":[\"a.b\"]}");
            publish(store, 1);
            receiver.awaitReceived(1);
            String delivery = "/v1/deliveries/" + newest(store, endpoint);
            assertThat(store.call("DELETE", endpoint).status()).isEqualTo(200);
            receiver.letAllGo();
            store.pass(Duration.ofDays(1));

            assertThat(store.text(delivery)).contains("\"status\":\"dropped\"", "\"number\":1");
            assertThat(receiver.received()).isEqualTo(1);
        }
    }

    @Test
    void delete_processDiesAnywhere_isDoneAfterTheNextStartOrNotAtAll() throws IOException {
        AtomicReference<Path> place = new AtomicReference<>(directory.resolve("data"));
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(place.get(), builder))) {
            String other = "/v1/webhook-endpoints/" + store.endpoint();
            store.call("PATCH", other, "{\"types\":[\"webhook_endpoint.deleted\"]}");
            String endpoint = disabled(store);
            publish(store, MANY);
            String newest = "/v1/deliveries/" + newest(store, endpoint);
            store.pass(Duration.ZERO);
            CrashedDirectory crashed = CrashedDirectory.begin(place.get());
            assertThat(store.call("DELETE", endpoint).status()).isEqualTo(200);
            store.pass(Duration.ZERO);
            crashed.end();

            for (int i = 1; i < CUTS; i++) {
                double part = (double) i / CUTS;
                place.set(crashed.cut(part, directory.resolve("copy" + i)));
                store.reopen();
                List<String> told = new ArrayList<>();
                store.hear(told::add);
                store.pass(Duration.ofDays(1));

                if (store.status(endpoint) == 404) {
                    assertDropped(store, MANY);
                    assertThat(store.text(newest)).contains("\"status\":\"dropped\"");
                    assertThat(store.text("/v1/events?type=webhook_endpoint.deleted"))
                            .containsOnlyOnce("\"deleted\":true");
                    assertThat(told.size()).isLessThanOrEqualTo(1);
                } else {
                    assertThat(store.text("/metrics")).contains("plinth_deliveries{status=\"held\"} 1000");
                }
            }
        }
    }

    @Test
    void deleteWorkspace_whileAnEndpointIsBeingDeleted_leavesNothing() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.days(40);
            byte[] before = store.engine().store().stateHash();
            String doomed = store.newWideWorkspace();
            store.use(store.newKey(doomed));
            String endpoint = disabled(store);
            publish(store, MANY);

            store.call("DELETE", endpoint);
            store.engine().admin().deleteWorkspace(doomed).call();
            store.days(61);

            assertThat(store.engine().store().stateHash()).isEqualTo(before);
        }
    }

    private static void assertDropped(TestEngine store, int count) {
        assertThat(store.text("/metrics"))
                .contains(
                        "plinth_deliveries{status=\"dropped\"} " + count,
                        "plinth_deliveries{status=\"held\"} 0",
                        "plinth_deliveries{status=\"pending\"} 0");
    }

    private static String disabled(TestEngine store) {
        String endpoint = "/v1/webhook-endpoints/" + store.endpoint();
        assertThat(store.call("PATCH", endpoint, "{\"types\":[\"a.b\"],\"status\":\"disabled\"}")
                        .status())
                .isEqualTo(200);
        store.pass(Duration.ZERO);
        return endpoint;
    }

    private static void publish(TestEngine store, int count) {
        for (int i = 0; i < count; i++) {
            Reply reply = store.engine()
                    .call(Call.of("POST", "/v1/events")
                            .withKey(store.key())
                            .withBody(Json.of("{\"type\":\"a.b\",\"data\":{}}")));
            assertThat(reply.status()).isEqualTo(201);
        }
    }

    private static String newest(TestEngine store, String endpoint) {
        Matcher id = DELIVERY.matcher(store.text(endpoint + "/deliveries?limit=1"));
        assertThat(id.find()).isTrue();
        return id.group(1);
    }
}
