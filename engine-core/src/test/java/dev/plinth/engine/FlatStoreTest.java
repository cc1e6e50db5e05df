package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store under the same load every day stays as large as it is once the first things go. */
@Tag("scaled")
final class FlatStoreTest {
    private static final int DAYS = 90;
    private static final int FIRST_FLAT_DAY = 36;
    private static final int CREATES_A_DAY = 1000;
    private static final int CALLS_PER_DAY = TestScale.count(80);

    @TempDir
    private Path directory;

    @Test
    void rows_constantLoadFor90Days_stayTheSameAfterTheFirstMonth() {
        try (TestEngine store = TestEngine.open(FlatStoreTest::withHandler)) {
            Map<String, Long> largest = new TreeMap<>();
            Map<String, Long> bound = new TreeMap<>();
            load(store, day -> {
                Map<String, Long> rows = store.rows();
                if (day >= FIRST_FLAT_DAY && day < FIRST_FLAT_DAY + 15) {
                    rows.forEach((table, count) -> bound.merge(table, count, Math::max));
                }
                if (day >= FIRST_FLAT_DAY) {
                    rows.forEach((table, count) -> largest.merge(table, count, Math::max));
                }
            });

            assertThat(largest.get("events")).isPositive();
            assertThat(largest.get("remembered")).isPositive();
            assertThat(largest.get("jobs")).isPositive();
            assertThat(largest.get("deliveries")).isPositive();
            assertThat(largest.get("attempts")).isPositive();
            largest.forEach((table, count) -> assertThat(count)
                    .as("rows of %s after day %d, at most those of the first two flat weeks", table, FIRST_FLAT_DAY)
                    .isLessThanOrEqualTo(slack(table, bound.get(table))));
        }
    }

    @Test
    void files_constantLoadFor90Days_snapshotsStayTheSame() throws IOException {
        List<Long> sizes = new ArrayList<>();
        try (TestEngine store = TestEngine.open(
                builder -> withHandler(builder.directory(directory).durability(Durability.OS)))) {
            load(store, day -> {
                if (day == 45 || day == DAYS - 1) {
                    sizes.add(snapshotBytes(store));
                }
                if (day == 60) {
                    store.reopen();
                }
            });
            byte[] live = store.engine().store().stateHash();
            store.engine().close();

            assertThat(sizes.get(1)).isBetween((long) (sizes.get(0) * 0.9), (long) (sizes.get(0) * 1.1));
            assertThat(replayed(Tables.HEAP)).isEqualTo(live);
            assertThat(replayed(Tables.OFF_HEAP)).isEqualTo(live);
        }
    }

    /** Writers on several threads while the clock is turned: what is young stays, what is old goes, nothing else does. */
    @Test
    @Timeout(120)
    void sweep_besideWriters_takesOnlyWhatIsOld() throws Exception {
        int threads = 4;
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger made = new AtomicInteger();
        Semaphore today = new Semaphore(0);
        CountDownLatch writing = new CountDownLatch(1);
        try (TestEngine store = TestEngine.inMemory()) {
            store.use(store.newKey(store.newWideWorkspace()));
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int writer = i;
                Thread thread = new Thread(() -> {
                    for (int n = 0; ; n++) {
                        today.acquireUninterruptibly();
                        if (over.get()) {
                            return;
                        }
                        int status = store.keyed(writer + "-" + n, "POST", "/v1/resources", "{\"name\":\"r\"}")
                                .status();
                        if (status == 201) {
                            made.incrementAndGet();
                            writing.countDown();
                        }
                    }
                });
                thread.start();
                writers.add(thread);
            }
            try {
                today.release(CREATES_A_DAY);
                assertThat(writing.await(60, TimeUnit.SECONDS)).isTrue();
                for (int day = 0; day < 35; day++) {
                    today.release(CREATES_A_DAY);
                    store.pass(Duration.ofDays(1));
                    assertThat(store.status("/v1/events")).isEqualTo(200);
                }
            } finally {
                over.set(true);
                today.release(threads);
            }
            for (Thread writer : writers) {
                writer.join();
            }
            store.days(31);

            assertThat(made.get()).isPositive();
            assertThat(store.rows("resources")).isEqualTo(made.get());
            assertThat(store.rows("events")).isZero();
            assertThat(store.rows("remembered")).isZero();
        }
    }

    private static void load(TestEngine store, Day day) {
        String endpoint = store.endpoint();
        assertThat(endpoint).isNotEmpty();
        for (int number = 0; number < DAYS; number++) {
            for (int call = 0; call < CALLS_PER_DAY; call++) {
                store.pass(Duration.ofMinutes(7));
                live(store, number + "-" + call);
            }
            store.pass(Duration.ofDays(1).minus(Duration.ofMinutes(7L * CALLS_PER_DAY)));
            day.ended(number);
        }
    }

    private static void live(TestEngine store, String key) {
        String resource = TestEngine.id(store.keyed(key, "POST", "/v1/resources", "{\"name\":\"r\"}"));
        store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");
        store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{},\"uniqueKey\":\"" + key + "\"}");
        store.call("POST", "/v1/resources/" + resource + "/archive");
        assertThat(store.call("DELETE", "/v1/resources/" + resource).status()).isEqualTo(200);
    }

    private static void withHandler(EngineBuilder builder) {
        builder.jobHandler("t", job -> Json.of("{\"done\":true}"));
    }

    /** Sets are small rows or larger ones, by where their numbers happen to stand. */
    private static long slack(String table, long bound) {
        return table.equals("sets") ? bound + bound / 10 : bound;
    }

    private long snapshotBytes(TestEngine store) {
        try {
            store.engine().store().snapshot();
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> file.getFileName().toString().contains("snapshot"))
                        .max(Comparator.naturalOrder())
                        .orElseThrow()
                        .toFile()
                        .length();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] replayed(Tables kind) {
        StoreSettings settings = new StoreSettings(kind, EngineStore.tables(), 10_000);
        StoreFiles files = StoreFiles.in(directory, Durability.OS);
        try (Store store = files.open(settings, EngineClock.system())) {
            return store.stateHash();
        }
    }

    /** Tells what to do at the end of a day. */
    @FunctionalInterface
    private interface Day {
        void ended(int number);
    }
}
