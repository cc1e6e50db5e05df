package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.http.cluster.Samples.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finds figures that grow, and leaves in peace those that go up and down. */
final class SamplesTest {
    private static final int COUNT = 40;
    private static final int SECONDS = 10;
    private static final Figure FLAT = new Figure("flat", 1.5, 10);
    private static final Figure JUDGED = new Figure("judged", 1.5, 10);

    @TempDir
    private Path home;

    private Samples samples(LongUnaryOperator judged) throws IOException {
        Samples samples = new Samples(home.resolve("soak.csv"));
        for (int i = 0; i < COUNT; i++) {
            samples.add((long) i * SECONDS, Map.of(FLAT, 7L, JUDGED, judged.applyAsLong(i)));
        }
        return samples;
    }

    @Test
    void figure_thatGrowsWithoutEnd_isFoundByName() throws IOException {
        Samples samples = samples(i -> 100 + 10 * i);

        assertThatThrownBy(samples::checkFlat)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("judged 150 250 350 450")
                .hasMessageNotContaining("flat 7");
    }

    @Test
    void figure_thatGrowsFromNothing_isFound() throws IOException {
        assertThatThrownBy(samples(i -> i < COUNT / 2 ? 0 : 11)::checkFlat).isInstanceOf(AssertionError.class);
    }

    @Test
    void figures_thatGoUpAndDownOrWarmUp_areFlat() throws IOException {
        assertThatCode(samples(i -> i % SECONDS == 0 ? 1_000 : i % 2)::checkFlat)
                .doesNotThrowAnyException();
        assertThatCode(samples(i -> Math.min(i, SECONDS) * 100)::checkFlat).doesNotThrowAnyException();
        assertThatCode(samples(i -> i < COUNT / 2 ? 100 : 160)::checkFlat).doesNotThrowAnyException();
        assertThatThrownBy(samples(i -> i < COUNT / 2 ? 100 : 161)::checkFlat).isInstanceOf(AssertionError.class);
    }

    @Test
    void run_withoutSamples_isNotFlat() throws IOException {
        Samples none = new Samples(home.resolve("none.csv"));

        assertThat(none.count()).isZero();
        assertThatThrownBy(none::checkFlat).isInstanceOf(AssertionError.class).hasMessageContaining("samples");
    }

    @Test
    void samples_areInAFile_asTheyCome() throws IOException {
        Samples samples = new Samples(home.resolve("soak.csv"));
        samples.add(0, Map.of(FLAT, 7L));
        samples.add(SECONDS, Map.of(FLAT, 8L));

        assertThat(home.resolve("soak.csv")).hasContent("seconds,flat\n0,7\n10,8\n");
        assertThat(Files.readAllLines(home.resolve("soak.csv"))).hasSize(samples.count() + 1);
    }
}
