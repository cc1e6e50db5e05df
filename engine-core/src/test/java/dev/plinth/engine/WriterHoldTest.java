package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.settings.EngineClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The writer lock is held for one bounded step, whatever a workspace has stored and whatever is asked of it. */
@Timeout(180)
final class WriterHoldTest {
    private static final int ENDPOINTS = 20;
    private static final int JOBS = 100;
    private static final int CHILDREN = 200;
    private static final int EVENTS = 60;
    private static final int READS = 20;
    private static final long RECORD_BYTES_MAX = 2L * Limits.SWEEP_BYTES_MAX;

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void record_ofAnyLargeChange_isBoundedInRowsAndBytes() {
        AtomicInteger rows = new AtomicInteger();
        AtomicLong bytes = new AtomicLong();
        store.engine().store().onCommitted((sequence, writes) -> {
            rows.accumulateAndGet(writes.size(), Math::max);
            bytes.accumulateAndGet(
                    writes.stream().mapToLong(WriterHoldTest::bytes).sum(), Math::max);
        });
        String owner = store.newWideWorkspace();
        String grantee = store.newWideWorkspace();
        store.use(store.newKey(owner));
        List<String> endpoints = disabledEndpoints();
        String resource = store.make("/v1/resources", "{\"name\":\"parent\"}");
        for (int i = 0; i < CHILDREN; i++) {
            store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");
        }
        for (int i = 0; i < EVENTS; i++) {
            store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{\"text\":\"" + "x".repeat(60_000) + "\"}}");
        }
        String share = "/v1/resources/" + resource + "/shares/" + grantee;
        assertThat(store.call("PUT", share, "{\"role\":\"editor\"}").status()).isEqualTo(201);
        String ownerKey = store.key();
        store.use(store.newKey(grantee));
        List<String> ofGrantee = disabledEndpoints();
        for (int i = 0; i < JOBS; i++) {
            store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{},\"resourceId\":\"" + resource + "\"}");
        }
        String granteeKey = store.key();
        store.use(ownerKey);

        done(store.call("DELETE", share));
        done(store.call("POST", "/v1/resources/" + resource + "/archive"));
        done(store.call("DELETE", "/v1/resources/" + resource));
        done(store.call("PATCH", endpoints.get(0), "{\"status\":\"enabled\"}"));
        done(store.call("DELETE", endpoints.get(1)));
        store.use(granteeKey);
        done(store.call("PATCH", ofGrantee.get(0), "{\"status\":\"enabled\"}"));
        store.engine().admin().deleteWorkspace(owner).call();
        store.engine().admin().deleteWorkspace(grantee).call();
        store.pass(Duration.ofDays(2));

        assertThat(rows.get()).isBetween(Limits.SWEEP_ROWS_MAX, Limits.DECISION_ROWS_MAX + ENDPOINTS);
        assertThat(bytes.get()).isLessThan(RECORD_BYTES_MAX);
        assertThat(store.text("/metrics").lines().filter(line -> line.startsWith("plinth_unfinished{")))
                .isNotEmpty()
                .allMatch(line -> line.endsWith(" 0"));
    }

    /** A read of thousands of rows beside a busy writer would fail each time, and then keep the writer out. */
    @Test
    void job_withManyOutcomes_isReadWithoutTheWriterLock() {
        AtomicReference<TestEngine> opened = new AtomicReference<>();
        AtomicReference<Thread> reader = new AtomicReference<>();
        EngineClock clock = writingWhileRead(opened, reader);
        try (TestEngine busy = TestEngine.open(builder -> builder.clock(clock))) {
            String job = busy.make("/v1/resources/bulk", "{\"operations\":[{\"action\":\"create\",\"name\":\"n\"}]}");
            assertThat(busy.text("/v1/jobs/" + job + "?wait=30")).contains("\"index\":0,");
            long before = busy.engine().store().writerFigures().readsInside();
            opened.set(busy);
            reader.set(Thread.currentThread());

            for (int i = 0; i < READS; i++) {
                assertThat(busy.text("/v1/jobs/" + job)).contains("\"index\":0,");
            }

            reader.set(null);
            // Fewer than there were: a read of the engine's own may be among them.
            assertThat(busy.engine().store().writerFigures().readsInside()).isLessThan(before + READS);
        }
    }

    /** A clock that lets another thread write each time that the reader asks for the time, which it does within each try to read. */
    private static EngineClock writingWhileRead(AtomicReference<TestEngine> opened, AtomicReference<Thread> reader) {
        EngineClock system = EngineClock.system();
        return new EngineClock() {
            @Override
            public long epochMillis() {
                TestEngine busy = opened.get();
                if (busy != null && Thread.currentThread().equals(reader.get()) && mayWait(busy)) {
                    CompletableFuture.runAsync(() -> busy.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}"))
                            .join();
                }
                return system.epochMillis();
            }

            @Override
            public long nanoTime() {
                return system.nanoTime();
            }
        };
    }

    /** False inside the writer lock. */
    private static boolean mayWait(TestEngine busy) {
        try {
            busy.engine().store().checkMayWait();
            return true;
        } catch (IllegalStateException inside) {
            return false;
        }
    }

    @Test
    void metrics_showHowLongTheWriterLockWasHeld() {
        store.make("/v1/resources", "{\"name\":\"n\"}");

        List<String> lines = store.text("/metrics").lines().toList();

        assertThat(lines).anyMatch(line -> line.matches("plinth_writer_hold_longest_seconds 0?\\.?\\d.*"));
        assertThat(lines).anyMatch(line -> line.matches("plinth_writer_holds_total [1-9].*"));
        assertThat(lines).anyMatch(line -> line.startsWith("plinth_reads_inside_writer_total "));
    }

    private List<String> disabledEndpoints() {
        List<String> endpoints = new ArrayList<>();
        for (int i = 0; i < ENDPOINTS; i++) {
            String endpoint = "/v1/webhook-endpoints/" + store.endpoint();
            done(store.call("PATCH", endpoint, "{\"status\":\"disabled\"}"));
            endpoints.add(endpoint);
        }
        return endpoints;
    }

    private static void done(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static long bytes(Changes.Write write) {
        byte[] row = write.row();
        return row == null ? 0 : row.length;
    }
}
