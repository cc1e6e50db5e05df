package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.handler.JobContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whenever a process ends around a job, the next one finds the job succeeded with all of its effects, or none of them. */
@Tag("portable")
@Timeout(120)
@Tag("scaled")
final class EffectsCrashTest {
    private static final int CUTS = 12;
    private static final int RESOURCES = 25;

    @TempDir
    private Path directory;

    private static Json work(JobContext job) {
        for (int i = 0; i < RESOURCES; i++) {
            String made = job.effects().create(NewResource.of("r" + i));
            String unused = job.effects().createChild(made, NewResource.of("c"));
            job.effects().publish(NewEvent.of("it.was", Json.EMPTY_OBJECT).about(made));
        }
        return Json.EMPTY_OBJECT;
    }

    @Test
    void job_cutAnywhere_hasSucceededIfAndOnlyIfItsEffectsAreThere() throws IOException {
        String key;
        String job;
        CrashedDirectory crashed;
        Path live = directory.resolve("live");
        try (TestEngine store = TestEngine.open(builder -> {
            CrashedDirectory.keepIn(live, builder);
            builder.jobHandler("make", EffectsCrashTest::work);
        })) {
            key = store.key();
            crashed = CrashedDirectory.begin(live);
            job = store.make("/v1/jobs", "{\"type\":\"make\",\"input\":{}}");
            store.pass(Duration.ZERO);
            assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"succeeded\"");
            crashed.end();
        }
        int whole = 0;
        for (int cut = 0; cut <= CUTS; cut++) {
            Path copy = crashed.cut((double) cut / CUTS, directory.resolve("cut" + cut));
            try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(copy, builder))) {
                store.use(key);
                boolean succeeded = store.text("/v1/jobs/" + job).contains("\"status\":\"succeeded\"");
                long expected = succeeded ? RESOURCES : 0;
                assertThat(store.rows("resources")).isEqualTo(expected);
                assertThat(store.rows("children")).isEqualTo(expected);
                whole += succeeded ? 1 : 0;
            }
            try (TestEngine store = TestEngine.open(builder -> {
                CrashedDirectory.keepIn(copy, builder);
                builder.jobHandler("make", EffectsCrashTest::work);
            })) {
                store.use(key);
                store.pass(Duration.ofHours(1));
                boolean isThere = store.status("/v1/jobs/" + job) == 200;
                assertThat(store.rows("resources")).isEqualTo(isThere ? RESOURCES : 0);
            }
        }
        assertThat(whole).isBetween(1, CUTS);
    }
}
