package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whenever a process ends around a batch, the next one finds all of it with its key, or nothing and a free key. */
@Tag("portable")
@Timeout(120)
@Tag("scaled")
final class BatchCrashTest {
    private static final int CUTS = 12;
    private static final int RESOURCES = 25;

    @TempDir
    private Path directory;

    private static String operations() {
        return IntStream.range(0, RESOURCES)
                .mapToObj(i -> "{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"r\"}},"
                        + "{\"method\":\"POST\",\"path\":\"/v1/resources/{{" + 4 * i
                        + ".id}}/children\",\"body\":{\"name\":\"c\"}},"
                        + "{\"method\":\"POST\",\"path\":\"/v1/jobs\",\"body\":{\"type\":\"idle\",\"input\":{},\"resourceId\":\"{{"
                        + 4 * i + ".id}}\"}},"
                        + "{\"method\":\"POST\",\"path\":\"/v1/events\",\"body\":{\"type\":\"a.b\",\"data\":{}}}")
                .collect(Collectors.joining(",", "{\"operations\":[", "]}"));
    }

    @Test
    void batch_cutAnywhere_isThereWholeOrNotAtAll() throws IOException {
        Reply answered;
        String key;
        CrashedDirectory crashed;
        Path live = directory.resolve("live");
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(live, builder))) {
            key = store.key();
            crashed = CrashedDirectory.begin(live);
            answered = store.keyed("k", "POST", "/v1/batch", operations());
            assertThat(answered.status()).as(answered.text()).isEqualTo(200);
            crashed.end();
        }
        int whole = 0;
        for (int cut = 0; cut <= CUTS; cut++) {
            Path copy = crashed.cut((double) cut / CUTS, directory.resolve("cut" + cut));
            try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(copy, builder))) {
                store.use(key);
                long there = store.rows("resources");
                assertThat(there).isIn(0L, (long) RESOURCES);
                assertThat(store.rows("children")).isEqualTo(there);
                assertThat(store.rows("jobs")).isEqualTo(there);
                Reply again = store.keyed("k", "POST", "/v1/batch", operations());
                assertThat(again.status()).isEqualTo(200);
                assertThat(again.header("Idempotent-Replayed")).isEqualTo(there == 0 ? null : "true");
                assertThat(store.rows("resources")).isEqualTo(RESOURCES);
                if (there > 0) {
                    whole++;
                    assertThat(again.text()).isEqualTo(answered.text());
                }
            }
        }
        assertThat(whole).isBetween(1, CUTS);
    }
}
