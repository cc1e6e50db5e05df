package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.StoreReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Tests the commands that move a workspace, as an operator calls them, on real directories. */
@Timeout(60)
final class TransferCommandTest {
    @TempDir
    private Path base;

    @Test
    void exportAndImport_ofAWorkspace_bringItIntoAnotherDirectory() throws IOException {
        Path key = Files.write(base.resolve("transfer.key"), new byte[32]);
        String file = base.resolve("acme.export").toString();
        String workspace;
        String secret;
        String resource;
        try (Engine engine = Engine.open(base.resolve("data"))) {
            workspace = engine.admin().createWorkspace("acme", "starter").call().id();
            secret = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            resource = engine.client(secret).resources().create("r").call().id();
        }
        List<String> exporting = List.of("export", "--workspace", workspace, "--out", file, "--key", key.toString());
        List<String> importing =
                List.of("import", "--in", file, "--key", key.toString(), "--pause-webhooks", "--plan", "pro");

        StoreReport exported = run(exporting, "data");
        StoreReport imported = run(importing, "staging");

        assertThat(exported.lines()).singleElement().asString().startsWith("exported: " + workspace + ", ");
        assertThat(imported.lines()).singleElement().asString().startsWith("imported: " + workspace + ", ");
        assertThatThrownBy(() -> run(importing, "staging")).hasMessageContaining("exists in this store");
        try (Engine engine = Engine.open(base.resolve("staging"))) {
            assertThat(engine.client(secret).resources().get(resource).call().name())
                    .isEqualTo("r");
            assertThat(engine.admin().workspace(workspace).call().plan()).isEqualTo("pro");
        }
    }

    @Test
    void export_ofADirectoryThatIsNotThere_makesNone() throws IOException {
        Path key = Files.write(base.resolve("transfer.key"), new byte[32]);

        assertThatThrownBy(() -> run(
                        List.of("export", "--workspace", "ws_x", "--out", "out", "--key", key.toString()), "nowhere"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is none");
        assertThat(base.resolve("nowhere")).doesNotExist();
    }

    @Test
    void arguments_withoutARequiredOption_areRefusedByItsName() {
        assertThatThrownBy(() -> TransferCommand.EXPORT.parse(List.of("export", "--out", "f", "--key", "k")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--workspace");
        assertThatThrownBy(() -> TransferCommand.IMPORT.parse(List.of("import", "--in", "f")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--key");
        assertThat(TransferCommand.isMeant(List.of("serve"))).isFalse();
    }

    private StoreReport run(List<String> arguments, String directory) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--data", base.resolve(directory).toString(), "--tables", "heap"));
        TransferCommand command = TransferCommand.of(all);
        CommandLine line = command.parse(all);
        return command.run(new CommandLineReader(Map.of()).options(line).engine(), line);
    }
}
