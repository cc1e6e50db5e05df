package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.client.PlinthClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that exports a workspace is killed at many places: there is the whole file, or none, and no rest for long. */
@Tag("portable")
@Timeout(1_200)
@Tag("scaled")
final class WorkspaceExportCrashTest {
    private static final int KILLS = TestScale.count(3, 20, 100);
    private static final int RESOURCES = 500;
    private static final long MILLIS_MAX = 1_500;
    private static final String PARTIAL = ".partial";

    @TempDir
    private Path base;

    private Path directory;
    private Path exports;
    private Path key;
    private Path file;
    private String workspace;

    @BeforeEach
    void fill() throws IOException {
        key = Files.write(base.resolve("transfer.key"), new byte[32]);
        directory = base.resolve("source");
        exports = Files.createDirectory(base.resolve("exports"));
        file = exports.resolve("workspace.export");
        try (Engine source = Engine.open(directory)) {
            workspace =
                    source.admin().createWorkspace("acme", "business").call().id();
            PlinthClient client = source.workspace(workspace);
            Json large = Json.of(Map.of("text", "x".repeat(4_000)));
            for (int i = 0; i < RESOURCES; i++) {
                client.resources().create(NewResource.of("r").withData(large)).call();
            }
        }
    }

    @Test
    void export_killedAtEachPartOfItsFile_leavesNoFileAndTheNextOneCleansUp() throws Exception {
        Path complete = exports.resolve("complete");
        int requests = Integer.parseInt(said(start(complete, 0)));
        assertThat(requests).as("the name, the header and some parts").isGreaterThan(KILLS);

        for (int kill = 1; kill <= KILLS; kill++) {
            Process process = start(file, Math.max(1, requests * kill / KILLS));
            assertThat(said(process)).isEqualTo(WorkspaceExportProbe.STOPPED);
            process.destroyForcibly().waitFor();
            assertThat(file).doesNotExist();
            assertThat(rests()).as("what killed exports to this name have left").hasSizeLessThanOrEqualTo(1);
        }
        assertThat(rests()).hasSize(1);
        said(start(file, 0));
        assertThat(rests()).isEmpty();
        assertWhole(file);
    }

    @Test
    void export_killedAtAnyTime_leavesTheWholeFileOrNone() throws Exception {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        int whole = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(file, 0);
            boolean ended = process.waitFor(random.nextLong(MILLIS_MAX), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            if (Files.exists(file)) {
                assertWhole(file);
                Files.delete(file);
                whole++;
            } else {
                assertThat(ended).as(TestScale.repeatWith(seed)).isFalse();
            }
        }
        said(start(file, 0));
        assertThat(rests()).as(TestScale.repeatWith(seed)).isEmpty();
        assertThat(whole).isLessThanOrEqualTo(KILLS);
        assertWhole(file);
    }

    private void assertWhole(Path exported) {
        try (Engine target = Engine.inMemory()) {
            assertThat(target.admin()
                            .importWorkspace(WorkspaceImport.of(exported, key))
                            .rows())
                    .isGreaterThan(RESOURCES);
            assertThat(target.workspace(workspace).resources().list().call().data())
                    .isNotEmpty();
        }
    }

    private List<Path> rests() throws IOException {
        try (Stream<Path> all = Files.list(exports)) {
            return all.filter(each -> each.toString().endsWith(PARTIAL)).toList();
        }
    }

    private Process start(Path out, int request) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkspaceExportProbe.class.getName(),
                        directory.toString(),
                        workspace,
                        out.toString(),
                        key.toString(),
                        Integer.toString(request))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Returns the first line that a process says. A process that does not stop has ended then. */
    private static String said(Process process) throws IOException, InterruptedException {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String said = out.readLine();
            assertThat(said).isNotNull();
            if (!said.equals(WorkspaceExportProbe.STOPPED)) {
                process.waitFor();
            }
            return said;
        }
    }
}
