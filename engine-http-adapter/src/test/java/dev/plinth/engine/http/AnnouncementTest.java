package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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

    /** Announces a server of an engine with the usual plans and tables, and returns its address. */
    private String announced() {
        ServeOptions options = new CommandLineReader(Map.of()).read(List.of("--memory", "--port=0"));
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
