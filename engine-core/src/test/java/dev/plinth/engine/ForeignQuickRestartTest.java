package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data directory that is given the quick restart of another one: none of its rows is served, and neither is spoilt. */
@Timeout(120)
final class ForeignQuickRestartTest {
    private static final int RESOURCES = 20;

    @TempDir
    private Path base;

    @Test
    void emptyDataDirectory_withTheKeyOutside_isRefusedAndStaysEmpty() throws IOException {
        String key = fill("a", base.resolve("secret.key"));

        assertRefusedAndUntouched("b", base.resolve("secret.key"));

        assertServes("a", base.resolve("secret.key"), key);
    }

    /** Here a start would also miss the key that the foreign rows were sealed with. */
    @Test
    void emptyDataDirectory_withTheKeyInside_isRefusedAndCanBeUsedWithoutTheQuickRestart() throws IOException {
        String key = fill("a", null);

        assertRefusedAndUntouched("b", null);

        try (Engine engine = Engine.open(base.resolve("b"))) {
            assertThat(engine.admin().workspaces().call().data()).isEmpty();
        }
        assertServes("a", null, key);
    }

    @Test
    void otherStore_isRefusedAndUntouched() throws IOException {
        String other;
        try (Engine engine = Engine.open(base.resolve("b"))) {
            other = engine.admin().createWorkspace("other", "pro").call().id();
        }
        String key = fill("a", null);

        assertRefusedAndUntouched("b", null);

        try (Engine engine = Engine.open(base.resolve("b"))) {
            assertThat(engine.admin().workspaces().call().data())
                    .singleElement()
                    .satisfies(workspace -> assertThat(workspace.id()).isEqualTo(other));
        }
        assertServes("a", null, key);
    }

    private String fill(String directory, Path keyFile) {
        try (Engine engine = open(directory, keyFile)) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            for (int i = 0; i < RESOURCES; i++) {
                engine.client(key).resources().create("r" + i).call();
            }
            return key;
        }
    }

    private void assertServes(String directory, Path keyFile, String key) {
        try (Engine engine = open(directory, keyFile)) {
            assertThat(engine.client(key)
                            .resources()
                            .list()
                            .where("limit", "100")
                            .call()
                            .data())
                    .hasSize(RESOURCES);
        }
    }

    private void assertRefusedAndUntouched(String directory, Path keyFile) throws IOException {
        Map<String, Long> before = files();

        assertThatThrownBy(() -> open(directory, keyFile))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected no tables of another store for the quick restart, but "
                        + base.resolve("quick") + " has those of store ")
                .hasMessageEndingWith("name another directory for the quick restart, or delete the files in that one.");

        Map<String, Long> after = files();
        after.remove(directory + "/LOCK");
        before.remove(directory + "/LOCK");
        assertThat(after).isEqualTo(before);
    }

    private Engine open(String directory, Path keyFile) {
        EngineBuilder builder = Engine.builder()
                .directory(base.resolve(directory))
                .tables(Tables.OFF_HEAP)
                .maxResources(1_000)
                .quickRestart(base.resolve("quick"));
        return (keyFile == null ? builder : builder.secretKeyFile(keyFile)).open();
    }

    /** All files below, with their times. */
    private Map<String, Long> files() throws IOException {
        Map<String, Long> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(base)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("quick/LOCK")) {
                    files.put(
                            base.relativize(file).toString(),
                            Files.getLastModifiedTime(file).toMillis());
                }
            }
        }
        return files;
    }
}
