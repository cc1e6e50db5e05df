package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store is opened with the key that its secrets are sealed with, or not at all: without it no webhook could be signed. */
final class MasterKeyTest {
    @TempDir
    private Path directory;

    private Path data;
    private Path key;
    private byte[] right;
    private String workspace;
    private String endpoint;

    @BeforeEach
    void make() throws Exception {
        data = directory.resolve("data");
        key = data.resolve("secret.key");
        try (Engine engine = open()) {
            workspace = engine.admin().createWorkspace("acme", "pro").call().id();
            endpoint = client(engine)
                    .webhooks()
                    .create(NewWebhookEndpoint.of("https://hooks.example/"))
                    .call()
                    .id();
        }
        right = Files.readAllBytes(key);
    }

    @Test
    void open_withAnotherKey_isRefusedAndTheRightOneOpensIt() throws Exception {
        Files.write(key, new byte[32]);

        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(key.toString())
                .hasMessageContaining("holds another key");

        Files.write(key, right);
        assertOpens();
    }

    @Test
    void open_keyIsGone_isRefusedAndNoneIsMade() throws Exception {
        Files.delete(key);

        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(key.toString())
                .hasMessageContaining("there is no file");

        assertThat(key).doesNotExist();
        Files.write(key, right);
        assertOpens();
    }

    @Test
    void open_keyMovedElsewhere_opensWhenToldWhere() throws Exception {
        Path elsewhere = Files.move(key, directory.resolve("apart.key"));

        try (Engine engine = builder().secretKeyFile(elsewhere).open()) {
            assertThat(client(engine).webhooks().get(endpoint).call().id()).isEqualTo(endpoint);
        }
    }

    @Test
    void open_keyFileThatCannotBeOne_leavesNoDirectoryBehind() throws Exception {
        Path other = directory.resolve("other");
        Path tooShort = Files.write(directory.resolve("short.key"), new byte[3]);
        Path nowhere = directory.resolve("missing").resolve("a.key");

        for (Path file : List.of(tooShort, nowhere, directory)) {
            assertThatThrownBy(
                            () -> builder().directory(other).secretKeyFile(file).open())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(file.toString());
            assertThat(other).doesNotExist();
        }
        builder().directory(other).secretKeyFile(other.resolve("a.key")).open().close();
        assertThat(other.resolve("a.key")).hasSize(right.length);
    }

    @Test
    void open_keyFileThatOthersRead_warnsWithTheCommandThatMendsIt() throws Exception {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        try (CapturedLog log = CapturedLog.open()) {
            assertOpens();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("chmod 600 " + key))
                    .singleElement()
                    .asString()
                    .contains("rw-r--r--");
        }
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        try (CapturedLog log = CapturedLog.open()) {
            assertOpens();
            assertThat(log.lines()).noneMatch(line -> line.contains("chmod"));
        }
    }

    private void assertOpens() {
        try (Engine engine = open()) {
            assertThat(client(engine).webhooks().test(endpoint).call().toString())
                    .contains("\"delivered\":false");
        }
    }

    private Engine open() {
        return builder().open();
    }

    private EngineBuilder builder() {
        return Engine.builder().directory(data).durability(Durability.OS);
    }

    private PlinthClient client(Engine engine) {
        return engine.client(
                engine.admin().createKey(workspace, "k").call().secret().orElseThrow());
    }
}
