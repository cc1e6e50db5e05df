package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
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

/** Compares the answers of this release with those in a golden directory. */
final class GoldenAnswers {
    static final long REQUEST_LOG_BYTES = 1_000_000;

    private GoldenAnswers() {}

    /** Opens a directory, makes the calls of a golden directory again, and compares the answers. */
    static void check(Path zip, Path data) throws Exception {
        check(zip, data, GoldenDirectory.calls(zip));
    }

    /** Compares what an export brings along: resources, children, jobs and remembered answers with their secrets. */
    static void checkImported(Path zip, Path data) throws Exception {
        check(
                zip,
                data,
                GoldenDirectory.calls(zip).stream()
                        .filter(call -> call.path().startsWith("/v1/resources/")
                                        && !call.path().endsWith("/shares")
                                        && call.body() == null
                                        && call.status() == 200
                                || call.path().startsWith("/v1/workspace")
                                || call.key() != null)
                        .toList());
    }

    private static void check(Path zip, Path data, List<GoldenScenario.Call> calls) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (Engine engine = settings(data).open();
                EngineServer server = EngineServer.builder(engine).port(0).start()) {
            String base = "http://127.0.0.1:" + server.port();
            for (GoldenScenario.Call call : calls) {
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

    /** Time stands at that of the newest row, so nothing expires however old the directory is. */
    static EngineBuilder settings(Path data) {
        return Engine.builder()
                .directory(data)
                .tables(Tables.HEAP)
                .requestLogBytes(REQUEST_LOG_BYTES)
                .adminToken(GoldenScenario.ADMIN_TOKEN)
                .testClock(ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));
    }

    /** Returns the files with the hashes of their bytes, but for LOCK, which each opening makes longer. */
    static Map<String, Integer> files(Path data) throws IOException {
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
