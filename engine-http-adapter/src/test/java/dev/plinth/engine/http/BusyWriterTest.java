package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call that waits for the writer lock holds up nobody else. */
final class BusyWriterTest {
    private static final int WRITERS = 2 * Runtime.getRuntime().availableProcessors() + 2;
    private static final String CREATE = "{\"name\":\"n\"}";

    private final SlowIds ids = new SlowIds();
    private final LiveServer server = LiveServer.start(builder -> builder.ids(ids));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        ids.mayGoOn.countDown();
        for (RawClient client : clients) {
            client.close();
        }
        threads.shutdown();
        server.close();
    }

    @Test
    void callsThatChange_whileAnotherHasTheWriterLock_leaveTheSelectorsFree() throws Exception {
        String key = server.key(server.workspace("business"));
        ids.slow = true;
        CompletableFuture<Integer> holder = CompletableFuture.supplyAsync(
                () -> server.engine()
                        .call(Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of(CREATE)))
                        .status(),
                threads);
        ids.hasLock.await();
        List<RawClient> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(connect()
                    .send(WireRequest.post("/v1/resources", CREATE).withKey(key).bytes()));
        }

        // More than there are selectors, so that each of them has one of these and one of those.
        for (int i = 0; i < WRITERS; i++) {
            RawReply reply = connect()
                    .send(WireRequest.get("/v1/workspace").withKey(key).bytes())
                    .read();
            assertThat(reply.status()).isEqualTo(200);
        }

        assertThat(holder).isNotDone();
        assertThat(Thread.getAllStackTraces().values())
                .filteredOn(frames -> Arrays.stream(frames)
                        .anyMatch(frame -> frame.getClassName().endsWith(".Pipeline")
                                && frame.getMethodName().equals("executeAgain")))
                .as("threads that wait for the writer lock, of %d calls", WRITERS)
                .hasSizeLessThanOrEqualTo(2);
        ids.mayGoOn.countDown();
        for (RawClient writer : writers) {
            assertThat(writer.read("POST").status()).isEqualTo(201);
        }
        assertThat(holder.join()).isEqualTo(201);
    }

    private RawClient connect() throws Exception {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        return client;
    }

    /** Ids of which the first of a resource comes late: whoever asks for it has the writer lock. */
    private static final class SlowIds implements IdSource {
        private final IdSource ids = new SeededIds(1);
        private final CountDownLatch hasLock = new CountDownLatch(1);
        private final CountDownLatch mayGoOn = new CountDownLatch(1);
        private volatile boolean slow;

        @Override
        public Bits next(String kind, long epochMillis) {
            if (slow && kind.equals("res")) {
                hasLock.countDown();
                try {
                    mayGoOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return ids.next(kind, epochMillis);
        }

        @Override
        public void fillSecret(byte[] target) {
            ids.fillSecret(target);
        }
    }
}
