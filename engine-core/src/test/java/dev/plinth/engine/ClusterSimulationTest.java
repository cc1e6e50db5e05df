package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests three engines over one log, with calls and faults in an order that a seed decides. */
@Tag("portable")
@Tag("scaled")
class ClusterSimulationTest {
    @Test
    void cluster_ofAnySeed_keepsItsPromises() throws IOException, InterruptedException {
        boolean isRepeated = Long.getLong("plinth.test.seed") != null;
        int count = isRepeated ? 1 : TestScale.count(10, 2_000, 50_000);
        String classPath = System.getProperty("java.class.path");

        assertThat(SeedsProcess.run(classPath, List.of(), TestScale.seed(), count))
                .isEqualToIgnoringNewLines(ClusterSeeds.RIGHT);
    }
}
