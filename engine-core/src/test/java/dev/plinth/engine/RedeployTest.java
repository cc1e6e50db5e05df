package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.store.ChildJvm;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A closed engine goes with its class loader, on a container whose threads outlive it: 100 rounds in CI, and 20 with
 * tables off the heap.
 */
@Tag("scaled")
@Timeout(900)
final class RedeployTest {
    private static final int ROUNDS = TestScale.count(100);
    private static final int ROUNDS_OFF_HEAP = Math.min(ROUNDS, 20);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void classLoaders_eachWithAClosedEngine_areAllUnreachable(Tables tables) throws IOException, InterruptedException {
        int rounds = tables == Tables.HEAP ? ROUNDS : ROUNDS_OFF_HEAP;
        List<String> flags = new ArrayList<>(ChildJvm.FLAGS);
        flags.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-Dplinth.test.patience=30"));

        String said = ChildJvm.runAlone(
                RedeployedHost.class,
                flags,
                String.valueOf(rounds),
                tables.name(),
                directory.toString(),
                ChildJvm.classPath());

        assertThat(said)
                .contains("rounds " + rounds + ", all but the last class loader are gone: true, more threads: false")
                .endsWith("exit 0");
    }
}
