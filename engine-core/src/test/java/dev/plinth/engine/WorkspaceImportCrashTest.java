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
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that imports a workspace is killed at many places: the store has all of the workspace, or nothing of it. */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
final class WorkspaceImportCrashTest {
    private static final int KILLS = TestScale.count(2, 24, 100);
    private static final int RESOURCES = 1_500;
    private static final List<String> OF_THE_ENGINE = List.of(
            "workspaces",
            "settings",
            "deleted workspaces",
            "imported workspaces",
            "cursors",
            "sets",
            "quota checkpoints");

    @TempDir
    private Path base;

    @Test
    void import_killedAnywhere_leavesTheWholeWorkspaceOrNothing() throws IOException, InterruptedException {
        Path key = Files.write(base.resolve("transfer.key"), new byte[32]);
        Path file = base.resolve("workspace.export");
        String workspace;
        String secret;
        Map<String, Long> all;
        // Its clock is the one of the processes, because events expire.
        try (Engine source = Engine.builder().webhookAllow("127.0.0.0/8").open()) {
            workspace =
                    source.admin().createWorkspace("acme", "business").call().id();
            secret = source.admin().createKey(workspace, "k").call().secret().orElseThrow();
            PlinthClient client = source.workspace(workspace);
            client.createWebhook("http://127.0.0.1:9/").call();
            for (int i = 0; i < RESOURCES; i++) {
                String resource = client.resources().create("r").call().id();
                client.children(resource).create(NewResource.of("c")).call();
            }
            client.startJob("idle", Json.of(Map.of())).call();
            source.admin().exportWorkspace(workspace, file, key);
        }
        Path complete = base.resolve("complete");
        long looks = Long.parseLong(run(complete, file, key, 0).strip());
        all = rows(complete, workspace);
        assertThat(all.get("resources")).isEqualTo(RESOURCES);
        int nothing = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            Path killed = base.resolve("killed" + kill);
            assertThat(run(killed, file, key, Math.max(1, looks * kill / KILLS)))
                    .isEqualTo(WorkspaceImportProbe.STOPPED);
            try (Engine engine = Engine.open(killed)) {
                Patience.until(() -> engine.workspacesBeingDeleted() == 0);
            }
            Map<String, Long> left = rows(killed, workspace);
            if (left.isEmpty()) {
                nothing++;
                try (Engine engine = Engine.open(killed)) {
                    engine.admin().importWorkspace(WorkspaceImport.of(file, key));
                    assertThat(engine.client(secret).workspace().call().id()).isEqualTo(workspace);
                }
                left = rows(killed, workspace);
            }
            // The receiver is gone, so attempts come and go.
            assertThat(left.get("resources")).isEqualTo(RESOURCES);
            assertThat(left.get("children")).isEqualTo(RESOURCES);
            assertThat(left.get("events")).isEqualTo(all.get("events"));
            assertThat(left.get("deliveries")).isEqualTo(all.get("deliveries"));
            assertThat(left.get("jobs")).isEqualTo(1);
        }
        assertThat(nothing).as("kills before the last record").isBetween(1, KILLS);
    }

    /** Returns the rows of each table of the workspaces; none if the workspace is not there and there are none. */
    private static Map<String, Long> rows(Path directory, String workspace) {
        Map<String, Long> rows = new TreeMap<>();
        try (Engine engine = Engine.open(directory)) {
            boolean isThere = engine.admin().workspaces().call().data().stream()
                    .anyMatch(each -> each.id().equals(workspace));
            engine.store().figures().forEach(figures -> {
                if (!OF_THE_ENGINE.contains(figures.name()) && figures.rows() > 0) {
                    rows.put(figures.name(), figures.rows());
                }
            });
            assertThat(rows.isEmpty())
                    .as("rows %s of a workspace that is there: %s", rows, isThere)
                    .isEqualTo(!isThere);
        }
        return rows;
    }

    /** Runs the import in a process, kills the process if it stops, and returns the last line that it has said. */
    private static String run(Path directory, Path file, Path key, long look) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkspaceImportProbe.class.getName(),
                        directory.toString(),
                        file.toString(),
                        key.toString(),
                        Long.toString(look))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String said = out.readLine();
            if (WorkspaceImportProbe.STOPPED.equals(said)) {
                process.destroyForcibly();
            }
            assertThat(said).isNotNull();
            return said;
        } finally {
            process.waitFor();
        }
    }
}
