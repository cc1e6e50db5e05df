package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.GraceTimes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The request log in files: it outlives the engine, within its bytes and without secrets. */
final class RequestLogFilesTest {
    private static final long BYTES = EngineSetting.REQUEST_LOG_BYTES.min();

    @TempDir
    private Path directory;

    @Test
    void requests_afterARestart_areShownAsBefore() throws IOException {
        try (TestEngine store = withFiles()) {
            Reply made = store.keyed("k", "POST", "/v1/resources", "{\"name\":\"R\"}");
            Reply job = store.call("POST", "/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
            Reply wrong = store.keyed("k", "POST", "/v1/resources", "{\"name\":7,\"\u00fc\\n\":1}");
            Reply invalid = store.call("POST", "/v1/resources", "{\"name\":7,\"\u00fc\\n\":1}");
            String workspace =
                    store.engine().client(store.key()).workspace().call().id();
            assertThat(store.engine().workspace(workspace).jobs().call().data()).hasSize(1);
            List<LoggedRequest> before = log(store);
            assertThat(before).extracting(LoggedRequest::byHost).contains(true);

            store.reopen();

            List<LoggedRequest> after = log(store);
            assertThat(after.subList(after.size() - before.size(), after.size()))
                    .isEqualTo(before);
            assertThat(before).extracting(LoggedRequest::id).contains(id(made), id(job), id(wrong), id(invalid));
        }
        for (Path file : files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void requests_withALastLineThatACrashHasCut_areReadUpToIt() throws IOException {
        try (TestEngine store = withFiles()) {
            Reply first = store.call("GET", "/v1/resources/res_x");
            store.engine().close();
            Path file = files().get(0);
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, "{\"workspaceId\":\"ws_0".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);

            store.reopen();
            Reply second = store.call("GET", "/v1/resources/res_y");
            store.reopen();

            assertThat(log(store)).extracting(LoggedRequest::id).contains(id(first), id(second));
            assertThat(Files.readAllBytes(file)).startsWith(whole);
        }
    }

    @Test
    void files_manyRequests_stayWithinTheBytesAndKeepTheLast() throws IOException {
        try (TestEngine store = withFiles()) {
            store.use(store.newKey(store.newWideWorkspace()));
            String path = "/v1/resources/" + "x".repeat(400);
            for (int i = 0; i < 3_000; i++) {
                assertThat(store.status(path + i)).isEqualTo(404);
            }
            Reply last = store.call("GET", "/v1/resources/res_y");
            store.reopen();
            assertThat(bytes()).isBetween(BYTES / 2, BYTES);
            assertThat(files()).hasSizeBetween(4, 8);
            assertThat(log(store)).extracting(LoggedRequest::id).contains(id(last));
            assertThat(store.text("/v1/requests?status=404&limit=100")).contains("\"hasMore\":true");
        }
    }

    @Test
    void files_neverHoldASecret() throws IOException {
        try (TestEngine store = withFiles()) {
            String secret = store.key();
            Reply key = store.call("POST", "/v1/keys", "{\"name\":\"hush-body\"}");
            Reply endpoint = store.call(
                    "POST",
                    "/v1/webhook-endpoints",
                    "{\"url\":\"https://example.org/\",\"headers\":{\"X-Token\":\"hush-header\"}}");
            assertThat(store.status("/v1/resources?metadata.token=hush-query")).isEqualTo(200);
            assertThat(store.status("/v1/keys/" + secret)).isEqualTo(404);
            assertThat(store.status("/v1/jobs?status=" + secret)).isEqualTo(400);
            assertThat(store.keyed(secret, "POST", "/v1/resources", "{}").status())
                    .isEqualTo(422);
            assertThat(store.call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + secret + "\"}")
                            .status())
                    .isEqualTo(422);
            store.engine().close();
            String kept = content();
            assertThat(kept)
                    .contains("\"/v1/keys\"", "sk_live_\u2026")
                    .doesNotContain("hush", secret.substring(0, 12), member(key, "secret"), member(endpoint, "secret"));
            store.reopen();
        }
    }

    @Test
    void requests_ofADeletedWorkspace_areNotReadAgain() {
        try (TestEngine store = withFiles()) {
            String doomed = store.newWorkspace("doomed");
            String key = store.newKey(doomed);
            assertThat(store.engine()
                            .call(Call.of("GET", "/v1/workspace").withKey(key))
                            .status())
                    .isEqualTo(200);
            assertThat(store.status("/v1/workspace")).isEqualTo(200);
            store.engine().admin().deleteWorkspace(doomed).call();
            store.reopen();
            assertThat(store.engine().requestLog().workspaces()).isEqualTo(1);
        }
    }

    @Test
    void files_thatGoWhileTheEngineRuns_areMadeAgain() throws IOException {
        try (TestEngine store = withFiles()) {
            assertThat(store.status("/v1/workspace")).isEqualTo(200);
            store.reopen();
            for (Path file : files()) {
                Files.delete(file);
            }
            Files.delete(directory.resolve("requests"));
            Reply last = store.call("GET", "/v1/workspace");
            store.reopen();
            assertThat(log(store)).extracting(LoggedRequest::id).contains(id(last));
        }
    }

    @Test
    void requestLogBytes_outOfRangeOrWithoutADirectory_isRefused() {
        assertThatThrownBy(() -> Engine.builder().requestLogBytes(BYTES - 1))
                .hasMessageStartingWith("requestLogBytes must be 1000000 to 1000000000000, got 999999.");
        EngineBuilder inMemory = Engine.builder().requestLogBytes(BYTES);
        assertThatThrownBy(inMemory::open).hasMessageContaining("need a directory");
    }

    /** A named pipe without a reader blocks the writer, as a disk that does not answer does. */
    @Test
    void close_withinAShortTime_isNotHeldUpByTheFiles() throws Exception {
        Engine engine = Engine.builder()
                .directory(directory)
                .requestLogBytes(BYTES)
                .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(5)))
                .open();
        Path pipe = directory.resolve("requests/requests-0000000001.jsonl");
        Files.createDirectories(pipe.getParent());
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        String workspace = engine.admin().createWorkspace("a", "pro").call().id();
        assertThat(engine.workspace(workspace).jobs().call().data()).isEmpty();
        try {
            assertThatCode(engine::close).doesNotThrowAnyException();
        } finally {
            Files.newInputStream(pipe).close(); // lets the writer go
        }
        Engine.open(directory).close();
    }

    @Test
    void requests_withoutTheSetting_leaveNoFiles() {
        try (TestEngine store = TestEngine.open(builder -> builder.directory(directory))) {
            assertThat(store.status("/v1/workspace")).isEqualTo(200);
        }
        assertThat(directory.resolve("requests")).doesNotExist();
    }

    private TestEngine withFiles() {
        return TestEngine.open(builder -> builder.directory(directory).requestLogBytes(BYTES));
    }

    private static List<LoggedRequest> log(TestEngine store) {
        return store.engine().client(store.key()).requests().limit(100).call().data();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("requests"))) {
            return all.sorted().toList();
        }
    }

    private long bytes() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private String content() throws IOException {
        List<String> all = new ArrayList<>();
        for (Path file : files()) {
            all.add(Files.readString(file));
        }
        return String.join("", all);
    }

    private static String member(Reply reply, String name) {
        return String.valueOf(
                Objects.requireNonNull(Json.of(reply.text()).asMap().get(name)));
    }

    private static String id(Reply reply) {
        return Objects.requireNonNull(reply.header("Request-Id"));
    }
}
