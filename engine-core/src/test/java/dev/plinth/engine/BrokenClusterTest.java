package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that the simulation finds engines that are broken on purpose, each in a JVM of its own. */
@Tag("portable")
@Tag("scaled")
class BrokenClusterTest {
    /** Many more than any of them needs, since the rarest is found in one of some 150 seeds of a quiet machine. */
    private static final int SEEDS_MAX = 5_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void textOfABrokenEngine_isInItsSourceOnce(BrokenEngine broken) throws IOException {
        assertThat(Files.readString(source(broken)))
                .as("Give another text if the code has changed")
                .containsOnlyOnce(broken.text);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void brokenEngine_isFoundByTheSimulation(BrokenEngine broken) throws IOException, InterruptedException {
        compile(broken);

        assertThat(runSimulation()).contains("FAILED repeat with -Dplinth.test.seed=");
    }

    /** Returns all of them by hand, a third of them in CI, and else one that is found soon. */
    private static List<BrokenEngine> engines() {
        if (TestScale.isShort()) {
            return List.of(BrokenEngine.READ_BEFORE_THE_FENCE);
        }
        int parts = TestScale.count(1, 3, 1);
        long part = Math.floorMod(TestScale.seed(), (long) parts);
        return Arrays.stream(BrokenEngine.values())
                .filter(broken -> broken.ordinal() % parts == part)
                .toList();
    }

    private static Path source(BrokenEngine broken) {
        return Path.of("src/main/java/dev/plinth/engine").resolve(broken.file);
    }

    private void compile(BrokenEngine broken) throws IOException {
        Path other = directory.resolve(source(broken).getFileName());
        Files.writeString(other, Files.readString(source(broken)).replace(broken.text, broken.replacement));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-nowarn", "-d", directory.toString(), other.toString());
        assertThat(status).isZero();
    }

    private String runSimulation() throws IOException, InterruptedException {
        String classPath = directory + File.pathSeparator + System.getProperty("java.class.path");
        return SeedsProcess.run(classPath, List.of("-Dplinth.test.patience=20"), TestScale.seed(), SEEDS_MAX);
    }
}
