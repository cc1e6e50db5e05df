package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.http.LiveServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a start of {@code serve} says on standard output and on standard error (contract §11). */
class AnnouncementTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ProgramOutput output = new ProgramOutput(
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));

    @Test
    void start_printsOneLineAndNothingOnStandardError() {
        String uri = announced();

        assertThat(lines(out)).containsExactly("plinth: listening on " + uri);
        assertThat(lines(err)).isEmpty();
    }

    @Test
    void start_inJson_printsOneObject() {
        output.toJson();

        String uri = announced();

        assertThat(lines(out)).singleElement().asString().contains("\"level\":\"INFO\"", "listening on " + uri);
        assertThat(lines(err)).isEmpty();
    }

    @Test
    void start_openToOthers_saysWhatTheySeeAndWhatToDo() {
        announced("--host=0.0.0.0");

        assertThat(lines(err))
                .last()
                .isEqualTo("plinth: The server listens on 0.0.0.0, so keys and answers cross its network in clear, and"
                        + " /admin and /metrics are open to all who reach it. Give --tls-cert and --tls-key, or"
                        + " --trusted-proxy for a proxy with TLS; and --admin-port.");
    }

    @Test
    void start_openBehindAProxy_speaksOfTheOperatorAlone() {
        announced("--host=0.0.0.0", "--trusted-proxy=10.0.0.5");

        assertThat(lines(err)).last().asString().contains("/admin and /metrics").doesNotContain("in clear");
    }

    @Test
    void start_openBehindAProxyWithAnAdminPort_saysNothing() {
        announced("--host=0.0.0.0", "--trusted-proxy=10.0.0.5", "--admin-port=0");

        assertThat(lines(err)).noneMatch(line -> line.contains("0.0.0.0"));
    }

    @Test
    void start_tokenInAFileThatOthersRead_warnsWithTheCommandThatMendsIt(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("plinth.yaml"), "admin-token: an-admin-token-of-a-test\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        announced("--config=" + file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        announced("--config=" + file);

        assertThat(lines(err))
                .filteredOn(line -> line.contains("admin token"))
                .singleElement()
                .asString()
                .contains("rw-r--r--", "chmod 600 " + file);
    }

    @Test
    void start_nodeInClear_warnsUnlessItStaysOnThisMachine() {
        assertThat(exposures("http://10.0.0.5:8080")).singleElement().asString().contains("--peer-tls");
        assertThat(exposures("http://127.0.0.1:8080")).isEmpty();
        assertThat(exposures("https://node.example:8080")).isEmpty();
    }

    private static List<String> exposures(String advertised) {
        return Exposures.of(new CommandLineReader(Map.of())
                .read(List.of(
                        "--log=postgres://u@h/d",
                        "--secret-key-file=k",
                        "--admin-token=an-admin-token-of-a-test",
                        "--advertise=" + advertised))
                .config());
    }

    /** Announces a server of an engine with the usual plans and tables, and returns its address. */
    private String announced(String... more) {
        ServeOptions options = new CommandLineReader(Map.of())
                .read(Stream.concat(Stream.of("--memory", "--port=0"), Stream.of(more))
                        .toList());
        try (Engine engine = Engine.builder().adminToken(LiveServer.ADMIN_TOKEN).open();
                EngineServer server = EngineServer.builder(engine).port(0).start()) {
            new Announcement(output, engine, options).all(server);
            return server.uri().toString();
        }
    }

    private static List<String> lines(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
