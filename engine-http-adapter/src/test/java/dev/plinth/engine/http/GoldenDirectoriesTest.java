package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.DataDirectory;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.api.Tables;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each format that has landed opens, with all rows and answers, from directories that its release has left. */
class GoldenDirectoriesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TempDir
    private Path work;

    static Stream<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.sorted().toList().stream();
        }
    }

    static Stream<Path> ofFormat1() throws IOException {
        return all().filter(zip -> zip.getFileName().toString().startsWith("format-1-"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void goldenDirectory_opened_answersAsItsReleaseDid(Path zip) throws Exception {
        Path data = unpacked(zip);
        if (isOfFormat1(zip)) {
            assertThat(DataDirectory.upgrade(Engine.builder().directory(data), false)
                            .isWhole())
                    .isTrue();
        }
        assertAnswers(zip, data);
        assertThat(DataDirectory.verify(data).isWhole()).isTrue();
        assertAnswers(zip, data);
    }

    @ParameterizedTest
    @MethodSource("ofFormat1")
    void directoryOfFormat1_anyCommand_namesFileVersionAndUpgradeAndChangesNothing(Path zip) throws Exception {
        Path data = unpacked(zip);
        Map<String, Integer> before = files(data);
        EngineBuilder settings = settings(data);
        for (Runnable command : List.<Runnable>of(
                () -> settings.open().close(),
                () -> DataDirectory.verify(data),
                () -> DataDirectory.backup(data, work.resolve("copy")),
                () -> DataDirectory.recover(data, true))) {
            assertThatThrownBy(command::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("journal-0000000001 is of version 1")
                    .hasMessageContaining("plinth.jar upgrade DIR")
                    .hasMessageContaining("nothing was changed");
            assertThat(files(data)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("ofFormat1")
    void upgrade_check_saysWhatItWouldDoAndChangesNothing(Path zip) throws Exception {
        Path data = unpacked(zip);
        Map<String, Integer> before = files(data);
        StoreReport report = DataDirectory.upgrade(Engine.builder().directory(data), true);
        assertThat(report.isWhole()).isTrue();
        assertThat(report.lines()).anyMatch(line -> line.contains("would convert"));
        assertThat(files(data)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("ofFormat1")
    void upgrade_twice_hasNothingToDoTheSecondTime(Path zip) throws Exception {
        Path data = unpacked(zip);
        StoreReport first = DataDirectory.upgrade(Engine.builder().directory(data), false);
        assertThat(first.lines()).anyMatch(line -> line.contains("before-upgrade"));
        assertThat(data.resolve("before-upgrade/journal-0000000001")).exists();
        StoreReport second = DataDirectory.upgrade(Engine.builder().directory(data), false);
        assertThat(second.lines()).containsExactly("nothing to upgrade: the store is of format 2");
    }

    @Test
    void versionOfAnyFormat_raised_needsAGoldenDirectoryOfIt() throws IOException {
        String newest = "";
        for (Path zip : all().toList()) {
            newest = isOfFormat1(zip) ? newest : GoldenDirectory.versions(zip);
        }
        assertThat(StoredVersions.text())
                .as(
                        "A version has changed, so make golden directories of it as CONTRIBUTING.md says, and keep the others")
                .isEqualTo(newest);
    }

    private void assertAnswers(Path zip, Path data) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (Engine engine = settings(data).open();
                EngineServer server = EngineServer.builder(engine).port(0).start()) {
            String base = "http://127.0.0.1:" + server.port();
            for (GoldenScenario.Call call : GoldenDirectory.calls(zip)) {
                HttpResponse<String> answer = GoldenScenario.send(http, base, call);
                String what = zip.getFileName() + " " + call.method() + " " + call.path();
                assertThat(answer.statusCode()).as(what + answer.body()).isEqualTo(call.status());
                if (call.key() != null && call.status() < 400) {
                    assertThat(answer.body()).as(what).isEqualTo(call.answer());
                    assertThat(answer.headers().firstValue("Idempotent-Replayed"))
                            .as(what)
                            .contains("true");
                } else if (call.status() < 400) {
                    assertHas(
                            what,
                            Json.of(answer.body()).asMap(),
                            Json.of(call.answer()).asMap());
                }
            }
        }
    }

    /** Members may be added, as the contract says; all others are as they were. */
    private static void assertHas(String what, Object actual, Object expected) {
        if (expected instanceof Map<?, ?> members && actual instanceof Map<?, ?> found) {
            members.forEach((name, value) -> assertHas(what + "/" + name, found.get(name), value));
        } else if (expected instanceof List<?> elements && actual instanceof List<?> found) {
            assertThat(found).as(what).hasSameSizeAs(elements);
            for (int i = 0; i < elements.size(); i++) {
                assertHas(what + "/" + i, found.get(i), elements.get(i));
            }
        } else {
            assertThat(actual).as(what).isEqualTo(expected);
        }
    }

    private Path unpacked(Path zip) throws IOException {
        Path data = work.resolve("data");
        GoldenDirectory.unpack(zip, data);
        return data;
    }

    /** Time stands at that of the newest row, so nothing expires however old the directory is. */
    private static EngineBuilder settings(Path data) {
        return Engine.builder()
                .directory(data)
                .tables(Tables.HEAP)
                .adminToken(GoldenScenario.ADMIN_TOKEN)
                .testClock(ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));
    }

    private static boolean isOfFormat1(Path zip) {
        return zip.getFileName().toString().startsWith("format-1-");
    }

    /** Returns the files with the hashes of their bytes, but for LOCK, which each opening makes longer. */
    private static Map<String, Integer> files(Path data) throws IOException {
        Map<String, Integer> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(data)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("LOCK")) {
                    files.put(data.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return files;
    }
}
