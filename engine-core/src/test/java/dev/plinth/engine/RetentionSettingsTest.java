package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention that a host sets, and changes between two starts. */
final class RetentionSettingsTest {
    private static final String EVENT = "{\"type\":\"a.b\",\"data\":{}}";
    private static final Duration MILLI = Duration.ofMillis(1);

    @TempDir
    private Path directory;

    private RetentionTimes retention = RetentionTimes.DEFAULT;
    private TestEngine store;

    private TestEngine open() {
        store = TestEngine.open(
                builder -> builder.directory(directory.resolve("store")).retention(retention));
        return store;
    }

    private void reopenWith(RetentionTimes times) {
        retention = times;
        store.reopen();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void times_ofEachKind_holdToTheMillisecond() {
        retention = new RetentionTimes(Duration.ofDays(1), Duration.ofDays(9), Duration.ofDays(8), Duration.ofDays(2));
        open();
        store.endpoint();
        String event = store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
        store.pass(Duration.ZERO);
        String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
        assertThat(store.call("POST", "/v1/jobs/" + job + "/cancel").status()).isEqualTo(200);
        String key = store.make("/v1/keys", "{\"name\":\"k\"}");
        assertThat(store.call("DELETE", "/v1/keys/" + key).status()).isEqualTo(200);
        assertThat(store.rows("deliveries")).isPositive();

        store.pass(Duration.ofDays(1).minus(MILLI));
        assertThat(store.status("/v1/jobs/" + job)).isEqualTo(200);
        store.pass(MILLI);
        assertThat(store.status("/v1/jobs/" + job)).isEqualTo(404);
        assertThat(store.rows("jobs")).isZero();

        store.pass(Duration.ofDays(1).minus(MILLI));
        assertThat(store.status("/v1/keys/" + key)).isEqualTo(200);
        store.pass(MILLI);
        assertThat(store.status("/v1/keys/" + key)).isEqualTo(404);

        store.days(6);
        store.pass(Duration.ofSeconds(1));
        assertThat(store.rows("deliveries")).isZero();
        assertThat(store.status("/v1/events/" + event)).isEqualTo(200);
        store.days(1);
        assertThat(store.status("/v1/events/" + event)).isEqualTo(404);
        assertThat(store.rows("events")).isZero();
    }

    /** More rows than a step of the sweep takes; at once they are hidden, and then they go. */
    @Test
    void retention_shortened_hidesOldRowsAtOnceAndDeletesThemAll() {
        open();
        store.use(store.newKey(store.newWideWorkspace()));
        String old = store.make("/v1/events", EVENT);
        for (int i = 0; i < 450; i++) {
            assertThat(store.call("POST", "/v1/events", EVENT).status()).isEqualTo(201);
        }
        store.days(10);
        String young = store.make("/v1/events", EVENT);
        long before = store.rows("events");

        reopenWith(RetentionTimes.DEFAULT.withEvents(Duration.ofDays(7), Duration.ofDays(7)));
        assertThat(store.status("/v1/events/" + old)).isEqualTo(404);
        assertThat(store.text("/v1/events?type=a.b")).contains(young).doesNotContain(old);
        store.pass(Duration.ZERO);

        assertThat(store.rows("events")).isEqualTo(1);
        assertThat(store.engine().sweptRows()).containsEntry("events", before - 1);
        assertThat(store.status("/v1/events?after=" + old)).isEqualTo(200);
    }

    @Test
    void retention_lengthened_keepsWhatIsThereAndACursorOfWhatWentBefore() {
        retention = RetentionTimes.DEFAULT.withEvents(Duration.ofDays(7), Duration.ofDays(7));
        open();
        String gone = store.make("/v1/events", EVENT);
        store.days(6);
        String kept = store.make("/v1/events", EVENT);
        store.days(2);
        assertThat(store.status("/v1/events/" + gone)).isEqualTo(404);

        reopenWith(RetentionTimes.DEFAULT.withEvents(Duration.ofDays(60), Duration.ofDays(30)));
        store.days(40);

        assertThat(store.status("/v1/events/" + kept)).isEqualTo(200);
        assertThat(store.call("GET", "/v1/events?after=" + gone).status()).isEqualTo(200);
        assertThat(store.text("/v1/events?after=" + gone)).contains(kept);
        assertThat(store.status("/v1/events?after=evt_00000000000000000000000000"))
                .isEqualTo(400);
        store.days(20);
        assertThat(store.status("/v1/events/" + kept)).isEqualTo(404);
    }

    @Test
    void retention_longer_isInTheCheckOfThePlansAndInTheRefusal() {
        EngineBuilder small = Engine.builder().maxResources(1_000_000).plan(Plan.perMinute("free", 60));
        try (Engine usual = small.retention(RetentionTimes.DEFAULT).open();
                Engine longer = small.retention(
                                RetentionTimes.DEFAULT.withEvents(Duration.ofDays(300), Duration.ofDays(30)))
                        .open()) {
            assertThat(usual.outgrownTables().orElse("")).doesNotContain("plan free (25920000 events");
            assertThat(longer.outgrownTables().orElse("")).contains("plan free (25920000 events");
        }
        open();
    }
}
