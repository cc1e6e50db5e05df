package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.DataDirectory;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        GoldenAnswers.check(zip, data);
        assertThat(DataDirectory.verify(data).isWhole()).isTrue();
        GoldenAnswers.check(zip, data);
    }

    @ParameterizedTest
    @MethodSource("ofFormat1")
    void directoryOfFormat1_anyCommand_namesFileVersionAndUpgradeAndChangesNothing(Path zip) throws Exception {
        Path data = unpacked(zip);
        Map<String, Integer> before = GoldenAnswers.files(data);
        EngineBuilder settings = GoldenAnswers.settings(data);
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
            assertThat(GoldenAnswers.files(data)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("ofFormat1")
    void upgrade_check_saysWhatItWouldDoAndChangesNothing(Path zip) throws Exception {
        Path data = unpacked(zip);
        Map<String, Integer> before = GoldenAnswers.files(data);
        StoreReport report = DataDirectory.upgrade(Engine.builder().directory(data), true);
        assertThat(report.isWhole()).isTrue();
        assertThat(report.lines()).anyMatch(line -> line.contains("would convert"));
        assertThat(GoldenAnswers.files(data)).isEqualTo(before);
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

    static Stream<Path> withExport() throws IOException {
        List<Path> zips = new ArrayList<>();
        for (Path zip : all().toList()) {
            if (GoldenDirectory.hasExport(zip)) {
                zips.add(zip);
            }
        }
        return zips.stream();
    }

    @ParameterizedTest
    @MethodSource("withExport")
    void leases_afterOpening_lapseAfterTheTimeThatTheyWereGivenLast(Path zip) throws Exception {
        Path data = unpacked(zip);
        ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        HttpClient http = HttpClient.newHttpClient();
        List<String> jobs = new ArrayList<>();
        try (Engine engine = GoldenAnswers.settings(data).testClock(clock).open();
                EngineServer server = EngineServer.builder(engine).port(0).start()) {
            // The first lease is for 3,600 s, and the second one for 1,800 s since its heartbeat.
            clock.advance(GoldenScenario.EXTENDED.plusSeconds(1));
            for (GoldenScenario.Call call : GoldenDirectory.calls(zip)) {
                if (call.method().equals("GET")
                        && call.answer().contains("golden.leased")
                        && call.path().contains("job_")) {
                    String answer = GoldenScenario.send(http, "http://127.0.0.1:" + server.port(), call)
                            .body();
                    jobs.add(String.valueOf(Json.of(answer).asMap().get("status")));
                }
            }
        }
        assertThat(jobs).containsExactly("running", "queued");
    }

    @ParameterizedTest
    @MethodSource("withExport")
    void export_imported_hasResourcesSecretsAndKeysOfItsWorkspace(Path zip) throws Exception {
        Path data = work.resolve("imported");
        WorkspaceImport input = GoldenDirectory.unpackExport(zip, work);
        assertThat(DataDirectory.importWorkspace(GoldenAnswers.settings(data), input.pausingWebhooks())
                        .rows())
                .isGreaterThan(20);
        GoldenAnswers.checkImported(zip, data);
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

    private Path unpacked(Path zip) throws IOException {
        Path data = work.resolve("data");
        GoldenDirectory.unpack(zip, data);
        return data;
    }

    private static boolean isOfFormat1(Path zip) {
        return zip.getFileName().toString().startsWith("format-1-");
    }
}
