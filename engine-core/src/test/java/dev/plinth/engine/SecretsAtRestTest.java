package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A secret that opens a receiver's door is in no file in the clear: journal, snapshot, backup, tables for the next start. */
@Timeout(60)
class SecretsAtRestTest {
    private static final String CREDENTIAL = "Bearer-of-the-receiver";

    @TempDir
    private Path base;

    @Test
    void files_ofAnEngineWhoseEndpointsHaveHeaders_haveNoneOfTheirValues() throws IOException {
        String headers = "\"headers\":{\"Authorization\":\"" + CREDENTIAL + "\"}";
        String endpoint;
        try (TestEngine store = open()) {
            endpoint = TestEngine.id(store.keyed(
                    "one", "POST", "/v1/webhook-endpoints", "{\"url\":\"https://hooks.example/\"," + headers + "}"));
            String other = store.endpoint();
            assertThat(store.keyed("two", "PATCH", "/v1/webhook-endpoints/" + other, "{" + headers + "}")
                            .text())
                    .contains(CREDENTIAL);
            store.engine().store().snapshot();
            store.engine().backup(base.resolve("backup"));
        }

        assertThat(holding(endpoint.substring(3))).as("files with the endpoint").isNotEmpty();
        assertThat(holding(CREDENTIAL)).isEmpty();
        assertThat(holding("Authorization")).as("names are no secret").isNotEmpty();
    }

    /** The directories are closed to others as well; but a file may be copied, or its directory opened. */
    @Test
    void files_ofAnEngine_areTheOwnersAloneWhateverTheUmask() throws IOException {
        try (TestEngine store = open()) {
            store.make("/v1/resources", "{\"name\":\"r\"}");
            store.make("/v1/resources", "{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(60_000) + "\"}}");
        }

        try (Stream<Path> files = Files.walk(base)) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------"));
        }
    }

    private TestEngine open() {
        return TestEngine.open(builder -> builder.directory(base.resolve("data"))
                .tables(Tables.OFF_HEAP)
                .maxResources(1000)
                .quickRestart(base.resolve("quick")));
    }

    private List<Path> holding(String text) throws IOException {
        try (Stream<Path> files = Files.walk(base)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> read(file).contains(text))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
