package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar with a real directory, killed while eight writers are at work: what was acknowledged is there afterwards, with its
 * event and its idempotency key, and nothing is half done.
 */
@Timeout(1800)
class Kill9IT {
    private static final int WRITERS = 8;
    private static final int OLDER_CHECKED = 200;
    private static final String ADMIN = "operator-secret";
    private static final Pattern KEY = Pattern.compile("sk_live_[0-9A-Za-z]{36}");
    private static final Pattern LISTENING = Pattern.compile("plinth: listening on (\\S+)");
    private static final Pattern ID = Pattern.compile("\"id\":\"(res_[0-9a-z]{26})\"");

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
    private final Queue<String> latest = new ConcurrentLinkedQueue<>();
    private String key = "";
    private String base = "";

    @Test
    void killedWhileWriting_nothingAcknowledgedIsLost() throws Exception {
        long seed = Long.getLong("plinth.test.seed", System.nanoTime());
        Random random = new Random(seed);
        int cycles = cycles();
        for (int cycle = 0; cycle < cycles; cycle++) {
            Process process = start();
            try {
                if (cycle == 0) {
                    raisePlan();
                }
                check("cycle " + cycle + ", repeat with -Dplinth.test.seed=" + seed);
                killWhileWriting(process, cycle, 20 + random.nextInt(200));
            } finally {
                process.destroyForcibly();
                process.waitFor();
            }
        }
        Process process = start();
        check("the end, repeat with -Dplinth.test.seed=" + seed);
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private void killWhileWriting(Process process, int cycle, int writes) throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(writes);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            String name = cycle + "-" + i + "-";
            Thread thread = new Thread(() -> write(name, enough));
            writers.add(thread);
            thread.start();
        }
        enough.await();
        process.destroyForcibly(); // SIGKILL
        for (Thread writer : writers) {
            writer.join();
        }
    }

    /** Writes until the server is gone; notes only what was acknowledged. */
    private void write(String prefix, CountDownLatch enough) {
        for (int i = 0; ; i++) {
            String name = prefix + i;
            try {
                HttpResponse<String> made = post("/v1/resources", name, "{\"name\":\"" + name + "\"}");
                if (made.statusCode() == 201) {
                    acknowledged.put(idOf(made.body()), new Acknowledged(name, made.body()));
                    latest.add(idOf(made.body()));
                    enough.countDown();
                }
            } catch (IOException gone) {
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** All that was acknowledged just before the kill, and some of what older kills left. */
    private void check(String when) throws Exception {
        List<String> ids = new ArrayList<>(latest);
        latest.clear();
        acknowledged.keySet().stream().limit(OLDER_CHECKED).forEach(ids::add);
        for (String id : ids) {
            Acknowledged expected = acknowledged.get(id);
            assertThat(get("/v1/resources/" + id).body())
                    .as("%s of %s", id, when)
                    .isEqualTo(expected.body);
            HttpResponse<String> again = post("/v1/resources", expected.name, "{\"name\":\"" + expected.name + "\"}");
            assertThat(again.body()).as("the replay of %s of %s", id, when).isEqualTo(expected.body);
            assertThat(get("/v1/events?type=resource.created&resourceId=" + id).body())
                    .as("the event of %s of %s", id, when)
                    .containsOnlyOnce("\"type\":\"resource.created\"");
        }
    }

    private void raisePlan() throws Exception {
        HttpResponse<String> list = send(request("/admin/v1/workspaces", ADMIN).GET());
        Matcher id = Pattern.compile("ws_[0-9a-z]{26}").matcher(list.body());
        assertThat(id.find()).isTrue();
        HttpRequest.Builder patch = request("/admin/v1/workspaces/" + id.group(), ADMIN)
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"plan\":\"business\"}"));
        assertThat(send(patch).statusCode()).isEqualTo(200);
    }

    private Process start() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        System.getProperty("plinth.jar"),
                        "serve",
                        "--port=0",
                        "--tables=heap",
                        "--admin-token=" + ADMIN,
                        "--data=" + directory.resolve("store"))
                .redirectError(directory.resolve("err").toFile())
                .start();
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher shown = KEY.matcher(line);
            if (key.isEmpty() && shown.find()) {
                key = shown.group();
            }
            Matcher listening = LISTENING.matcher(line);
            if (listening.matches()) {
                base = listening.group(1);
                return process;
            }
        }
        throw new AssertionError("Expected the jar to serve " + directory + ", but it ended");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path, key).GET());
    }

    private HttpResponse<String> post(String path, String idempotencyKey, String body)
            throws IOException, InterruptedException {
        return send(request(path, key)
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String idOf(String body) {
        Matcher id = ID.matcher(body);
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private static int cycles() {
        return switch (System.getProperty("plinth.test.scale", "short")) {
            case "ci" -> 30;
            case "long" -> 1000;
            default -> 3;
        };
    }

    private record Acknowledged(String name, String body) {}
}
