package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.PlainHost;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server starts without a word of SLF4J in a host that has no provider of it, and changes nothing of a host. */
@Timeout(120)
final class Slf4jStartTest {
    @TempDir
    private Path directory;

    @Test
    void start_hostWithoutProvider_writesNothingAndLeavesItsSettings() throws Exception {
        assertThat(run(false)).containsExactly("status 200", "verbosity null");
    }

    @Test
    void start_hostWithProvider_isLeftAlone() throws Exception {
        assertThat(run(true))
                .contains("status 200", "verbosity null")
                .anyMatch(line -> line.contains("jetty"))
                .noneMatch(line -> line.contains("SLF4J"));
    }

    @Test
    void start_hostThatSetItsVerbosity_isLeftAlone() throws Exception {
        assertThat(run(false, "-Dslf4j.internal.verbosity=WARN"))
                .anyMatch(line -> line.contains("No SLF4J providers were found"))
                .endsWith("status 200", "verbosity WARN");
    }

    /** Returns the lines of both streams of a host. */
    private List<String> run(boolean hasProvider, String... flags) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        hasProvider || !Path.of(entry).getFileName().toString().startsWith("slf4j-jdk14-"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classPath, PlainHost.class.getName()));
        Path output = directory.resolve("output");
        Process host = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(host.waitFor()).isZero();
        return Files.readAllLines(output);
    }
}
