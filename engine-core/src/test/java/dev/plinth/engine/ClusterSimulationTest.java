package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests three engines over one log, with calls and faults in an order that a seed decides. */
@Tag("portable")
@Tag("scaled")
class ClusterSimulationTest {
    @TempDir
    private Path directory;

    @Test
    void cluster_ofAnySeed_keepsItsPromises() {
        boolean isRepeated = Long.getLong("plinth.test.seed") != null;
        int count = isRepeated ? 1 : TestScale.count(60, 2_000, 50_000);

        assertThat(new ClusterSeeds(directory).run(TestScale.seed(), count)).isEmpty();
    }
}
