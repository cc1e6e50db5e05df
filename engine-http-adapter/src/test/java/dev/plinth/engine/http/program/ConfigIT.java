package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.http.ServedProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar with a configuration file, as an operator starts and reloads it. */
@Timeout(600)
@Tag("portable")
class ConfigIT {
    private static final String TOKEN = "operator-token-of-tests";
    private static final String HEAD = "port: 0\ntables: heap\nadmin-token: " + TOKEN + "\n";

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private Path file() {
        return directory.resolve("plinth.yaml");
    }

    /** Replaces the file in one step, as an editor or a tool of deployment does. */
    private void write(String yaml) throws IOException {
        Path next = Files.writeString(directory.resolve("next.yaml"), yaml);
        Path unused = Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private record Ended(int status, String out, String err) {}

    private Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-jar", System.getProperty("plinth.jar")));
        all.addAll(List.of(arguments));
        Path err = directory.resolve("run.err");
        Process process = ServedProcess.builder(all.toArray(String[]::new))
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
    }

    private ServedProcess serve(String... more) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("-jar", System.getProperty("plinth.jar"), "serve", "--config", file().toString()));
        all.addAll(List.of(more));
        return new ServedProcess(directory.resolve("serve.err"), all.toArray(String[]::new));
    }

    private HttpResponse<String> call(ServedProcess server, String token, String method, String path, String body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.base() + path))
                        .header("Authorization", "Bearer " + token)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> reload(ServedProcess server) throws IOException, InterruptedException {
        return call(server, TOKEN, "POST", "/admin/v1/config/reload", "");
    }

    /** Makes a workspace of a plan. Returns a key of it. */
    private String key(ServedProcess server, String plan) throws IOException, InterruptedException {
        String made = call(server, TOKEN, "POST", "/admin/v1/workspaces", "{\"name\":\"w\",\"plan\":\"" + plan + "\"}")
                .body();
        String workspace = text(made, "\"id\":\"(ws_[^\"]+)\"");
        return text(
                call(server, TOKEN, "POST", "/admin/v1/workspaces/" + workspace + "/keys", "{\"name\":\"k\"}")
                        .body(),
                "(sk_live_[0-9A-Za-z]+)");
    }

    private String limit(ServedProcess server, String key) throws IOException, InterruptedException {
        return text(call(server, key, "GET", "/v1/rate-limit", "").body(), "\"limit\":(\\d+)");
    }

    private static String text(String body, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(body);
        assertThat(found.find()).as(body).isTrue();
        return found.group(1);
    }

    @Test
    void check_rightFile_showsWhatIsInEffectAndNoSecret() throws Exception {
        write(HEAD + "plans: {free: {requests: 7}}\n");

        Ended ended = run("check-config", file().toString(), "--host=0.0.0.0");

        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out())
                .containsPattern("port +0  \\(" + file() + ":1\\)")
                .containsPattern("host +0\\.0\\.0\\.0  \\(--host\\)")
                .containsPattern("durability +fsync  \\(default\\)")
                .containsPattern("plans +free  \\(")
                .containsPattern("Note: The tables are too small for .* \\(--max-resources\\)")
                .doesNotContain(TOKEN);
    }

    @Test
    void file_wrong_namesAllFaultsInCheckAndInServe() throws Exception {
        write("prot: 1\nplans:\n  free: {requests: 0}\nresource-types: {a: {type: nothing}}\n");
        List<String> faults = List.of(
                file() + ":1: Unknown key \"prot\". The nearest name is port.",
                file() + ":3: plans.free.requests must be 1 to 1000000, got \"0\".");

        Ended checked = run("check-config", file().toString());
        assertThat(checked.status()).isEqualTo(1);
        assertThat(checked.out().lines()).hasSize(3).containsAll(faults);
        assertThat(checked.err()).isEmpty();

        Ended served = run("serve", "--config", file().toString());
        assertThat(served.status()).isEqualTo(2);
        assertThat(served.out()).isEmpty();
        assertThat(served.err().lines())
                .hasSize(4)
                .contains("plinth: " + faults.get(0), "plinth: " + faults.get(1))
                .noneMatch(line -> line.contains("\tat "));
    }

    @Test
    void schema_printed_isThePublishedOne() throws Exception {
        assertThat(run("check-config", "--schema").out()).isEqualTo(new CommandLineReader(Map.of()).schema());
    }

    @Test
    void file_withPlanTypeOperationAndRoute_isServed() throws Exception {
        write(HEAD + """
                memory: true
                plans: {free: {requests: 70}}
                resource-types:
                  order: {type: object, required: [sku]}
                operations: {export: {cost: 5}}
                routes: {POST /v1/resources: {require-idempotency-key: true}}
                """);
        try (ServedProcess server = serve()) {
            String key = key(server, "free");
            assertThat(limit(server, key)).isEqualTo("70");
            assertThat(call(server, key, "POST", "/v1/resources", "{\"name\":\"r\",\"type\":\"order\"}")
                            .body())
                    .contains("idempotency_key_missing");
            assertThat(create(server, key, "{\"name\":\"r\",\"type\":\"order\"}")
                            .statusCode())
                    .isEqualTo(422);
            HttpResponse<String> made =
                    create(server, key, "{\"name\":\"r\",\"type\":\"order\",\"data\":{\"sku\":\"1\"}}");
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            String resource = text(made.body(), "\"id\":\"(res_[^\"]+)\"");

            HttpResponse<String> started =
                    call(server, key, "POST", "/v1/resources/" + resource + "/operations/export", "{}");
            assertThat(started.statusCode()).as(started.body()).isEqualTo(202);

            assertThat(call(server, key, "POST", "/v1/jobs/lease", "{\"types\":[\"export\"]}")
                            .body())
                    .contains(text(started.body(), "\"job_id\":\"([^\"]+)\""));
        }
    }

    private HttpResponse<String> create(ServedProcess server, String key, String body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.base() + "/v1/resources"))
                        .header("Authorization", "Bearer " + key)
                        .header("Idempotency-Key", Integer.toString(body.hashCode()))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void reload_bySignalAndByCall_takesLiveSettingsOfAWholeFileAlone() throws Exception {
        write(HEAD + "memory: true\nplans: {free: {requests: 70}}\n");
        try (ServedProcess server = serve()) {
            String key = key(server, "free");

            write(HEAD + "memory: true\nplans: {free: {requests: 80}}\n");
            server.hangUp();
            Patience.until(() -> limit(server, key).equals("80"));

            write(HEAD + "memory: true\nplans: {free: {requests: 90}, Bad: {requests: 1}}\n");
            server.hangUp();
            Patience.until(() -> server.said().contains("Nothing of the configuration was taken"));
            assertThat(server.said()).contains(file() + ":5: plans.Bad: ");
            HttpResponse<String> refused = reload(server);
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("invalid_config", ":5: plans.Bad: ");
            assertThat(limit(server, key)).isEqualTo("80");

            write("port: 1\n" + HEAD.substring("port: 0\n".length()) + "memory: true\nplans: {free: {requests: 100}}\n"
                    + "webhook-allow: [127.0.0.0/8]\nconsole: off\njobs-running: 3\njobs-kept-days: 3\n");
            HttpResponse<String> taken = reload(server);
            assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
            assertThat(taken.body())
                    .contains(
                            "\"taken\":[\"jobs-running\",\"webhook-allow\",\"plans\"]",
                            "\"needRestart\":[\"port\",\"console\",\"jobs-kept-days\"]");
            assertThat(limit(server, key)).isEqualTo("100");
            assertThat(call(server, key, "POST", "/v1/webhook-endpoints", "{\"url\":\"http://127.0.0.1:9/\"}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(call(server, key, "POST", "/admin/v1/config/reload", "").statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void plan_removedThatIsInUse_isRefusedByReloadAndByStart() throws Exception {
        String data = "data: " + directory.resolve("data") + "\n";
        write(HEAD + data + "plans: {free: {requests: 70}}\n");
        try (ServedProcess server = serve()) {
            String key = key(server, "free");
            write(HEAD + data);

            assertThat(reload(server).body()).contains("The plan free is not registered, but 1 workspace has it");
            assertThat(limit(server, key)).isEqualTo("70");
            assertThat(server.stop()).isZero();
        }

        Ended again = run("serve", "--config", file().toString());

        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("The plan free is not registered, but 1 workspace has it");
    }

    @Test
    void reload_byTwoCallersUnderLoadAndAKill_servesAWholeFile() throws Exception {
        String data = "data: " + directory.resolve("data") + "\n";
        write(HEAD + data + "plans: {free: {requests: 100000}}\n");
        String key;
        try (ServedProcess server = serve()) {
            key = key(server, "free");
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<Integer>> callers = List.of(caller(server, over), caller(server, over));
            for (int i = 1; i <= 60; i++) {
                write(HEAD + data + "plans: {free: {requests: " + (100_000 + i) + "}}\n");
                if (i % 3 == 0) {
                    write(HEAD + data + "plans: {free: {requests: 0}}\n");
                }
                server.hangUp();
                assertThat(Integer.parseInt(limit(server, key))).isBetween(100_000, 100_060);
            }
            over.set(true);
            assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).isPositive());
            write(HEAD + data + "plans: {free: {requests: 500000}}\n");
            assertThat(reload(server).statusCode()).isEqualTo(200);
            assertThat(limit(server, key)).isEqualTo("500000");

            write(HEAD + data + "plans: {free: {requests: 600000}}\n");
            server.hangUp();
            server.kill();
        }
        try (ServedProcess again = serve()) {
            assertThat(limit(again, key)).isEqualTo("600000");
        }
    }

    /** Reloads until it is over. Returns how many reloads were answered. */
    private CompletableFuture<Integer> caller(ServedProcess server, AtomicBoolean over) {
        return CompletableFuture.supplyAsync(() -> {
            int answered = 0;
            try {
                while (!over.get()) {
                    assertThat(reload(server).statusCode()).isIn(200, 422);
                    answered++;
                }
            } catch (IOException | InterruptedException e) {
                throw new AssertionError("Expected each reload to be answered", e);
            }
            return answered;
        });
    }
}
