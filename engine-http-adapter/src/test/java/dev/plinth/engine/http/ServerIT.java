package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** The jar as an operator runs it: with certificates, logs, and what {@code packaging} starts. */
@Timeout(600)
class ServerIT {
    private static final String TOKEN = "operator-token-of-tests";

    @TempDir
    private Path directory;

    private Path certificates() {
        return directory.resolve("chain.pem");
    }

    private Path key() {
        return directory.resolve("key.pem");
    }

    private static List<String> jar(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-jar", System.getProperty("plinth.jar")));
        all.addAll(List.of(arguments));
        return all;
    }

    private ServedProcess serveTls(String... more) throws IOException {
        List<String> all = jar(
                "serve",
                "--memory",
                "--port=0",
                "--admin-token=" + TOKEN,
                "--tls-cert=" + certificates(),
                "--tls-key=" + key());
        all.addAll(List.of(more));
        return new ServedProcess(directory.resolve("serve.err"), all.toArray(String[]::new));
    }

    private record Ended(int status, String out, String err) {}

    private Ended run(List<String> arguments) throws IOException, InterruptedException {
        Path err = directory.resolve("run.err");
        Process process = ServedProcess.builder(arguments.toArray(String[]::new))
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
    }

    private static List<Certificate> presented(ServedProcess server, PemPair... trusted) throws IOException {
        int port = URI.create(server.base()).getPort();
        try (SSLSocket socket = (SSLSocket)
                PemPair.trusting(trusted).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.startHandshake();
            return List.of(socket.getSession().getPeerCertificates());
        }
    }

    private static HttpResponse<String> reload(ServedProcess server, PemPair... trusted)
            throws IOException, InterruptedException {
        return HttpClient.newBuilder()
                .sslContext(PemPair.trusting(trusted))
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create(server.base() + "/admin/v1/config/reload"))
                                .header("Authorization", "Bearer " + TOKEN)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** The jar has a relocated Jetty, which is not the one of {@link FramingTest}. */
    @Test
    void request_badlyFramed_isAProblemOfTheJarToo() throws IOException {
        try (ServedProcess server = new ServedProcess(
                directory.resolve("serve.err"),
                jar("serve", "--memory", "--port=0").toArray(String[]::new))) {
            int port = URI.create(server.base()).getPort();
            for (Arguments each : FramingTest.badHeads().toList()) {
                try (RawClient client = new RawClient(port)) {
                    client.send(each.get()[1] + "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");

                    FramingTest.assertProblem(client.read());
                } catch (IOException | AssertionError e) {
                    throw new AssertionError("Expected one problem, at a request with: " + each.get()[0], e);
                }
            }
        }
    }

    @Test
    void certificate_renewedWhileItServes_isTakenByCallAndBySignal() throws Exception {
        PemPair first = PemPair.make(directory, "RSA");
        PemPair second = PemPair.make(directory, "EC");
        first.write(certificates(), key());
        try (ServedProcess server = serveTls()) {
            assertThat(server.base()).startsWith("https://");
            assertThat(presented(server, first)).isEqualTo(first.chain());
            assertThat(reload(server, first).body()).contains("\"taken\":[]");

            second.write(certificates(), key());
            HttpResponse<String> taken = reload(server, first, second);
            assertThat(taken.statusCode()).isEqualTo(200);
            assertThat(taken.body()).contains("\"taken\":[\"tls-cert\"]");
            assertThat(presented(server, second)).isEqualTo(second.chain());

            Files.writeString(key(), first.keyPem());
            HttpResponse<String> refused = reload(server, second);
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("another key").contains(key().toString());
            assertThat(presented(server, second)).isEqualTo(second.chain());

            first.write(certificates(), key());
            server.hangUp();
            Patience.until(() -> presented(server, first, second).equals(first.chain()));
            assertThat(server.stop()).isZero();
            assertThat(directory.resolve("serve.err")).isEmptyFile();
        }
    }

    @Test
    void start_withABadPair_endsWithASentence() throws Exception {
        PemPair first = PemPair.make(directory, "RSA");
        first.write(certificates(), key());
        Files.writeString(key(), PemPair.make(directory, "EC").keyPem());
        List<String> arguments =
                jar("serve", "--memory", "--port=0", "--tls-cert=" + certificates(), "--tls-key=" + key());

        Ended ended = run(arguments);
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("plinth: The TLS key file " + key() + " has another key")
                        .doesNotContain("Exception"));

        arguments.set(2, "check-config");
        Ended checked = run(arguments);
        assertThat(checked.status()).isEqualTo(1);
        assertThat(checked.out()).contains("another key");
    }

    @Test
    void tlsKey_alone_isAFault() throws Exception {
        Ended ended = run(jar("serve", "--memory", "--tls-key=" + key()));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("plinth: --tls-key needs --tls-cert");
    }

    /** Reads lines of which each is an object. */
    private static List<Map<String, Object>> objects(String lines) {
        List<Map<String, Object>> objects = new ArrayList<>();
        lines.lines().forEach(line -> objects.add(Map.copyOf(Json.of(line).asMap())));
        return objects;
    }

    @Test
    void logFormatJson_everyLineIsAnObject() throws Exception {
        Path err = directory.resolve("json.err");
        Process process = ServedProcess.builder(
                        jar("serve", "--memory", "--port=0", "--log-format=json", "--access-log=-")
                                .toArray(String[]::new))
                .redirectError(err.toFile())
                .start();
        StringBuilder out = new StringBuilder();
        try (var lines = process.inputReader()) {
            String line = lines.readLine();
            while (!line.contains("listening on ")) {
                out.append(line).append('\n');
                line = lines.readLine();
            }
            out.append(line).append('\n');
            Matcher base = Pattern.compile("http://[^\"]+").matcher(line);
            assertThat(base.find()).isTrue();
            HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(base.group() + "/health/live"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            // The process itself would close the reader too.
            assertThat(process.toHandle().destroy()).isTrue();
            for (line = lines.readLine(); line != null; line = lines.readLine()) {
                out.append(line).append('\n');
            }
        }
        assertThat(process.waitFor()).isZero();

        List<Map<String, Object>> told = objects(out.toString());
        assertThat(told).anySatisfy(entry -> assertThat(entry).containsKeys("apiKey", "adminToken", "workspace"));
        assertThat(told)
                .anySatisfy(entry -> assertThat(entry).containsEntry("path", "/health/live"))
                .allSatisfy(entry -> assertThat(entry).containsKey("time"));
        objects(Files.readString(err));
    }

    @Test
    void logFormatJson_aStartThatFails_isAnObjectToo() throws Exception {
        Ended ended = run(jar("serve", "--memory", "--port=0", "--host=192.0.2.1", "--log-format=json"));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(objects(ended.err())).singleElement().satisfies(entry -> {
            assertThat(entry).containsEntry("level", "ERROR");
            assertThat(entry.get("message").toString()).contains("192.0.2.1");
        });
    }

    @Test
    void archive_isTakenByTheNextStart() throws Exception {
        Path archive = directory.resolve("plinth.jsa");

        Ended made = run(jar("archive", archive.toString()));

        assertThat(made.status()).as(made.err()).isZero();
        assertThat(made.out()).startsWith("made: " + archive);
        try (var left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("plinth.jsa", "run.err");
        }
        List<String> arguments = new ArrayList<>(List.of(
                "-XX:SharedArchiveFile=" + archive, "-Xlog:class+load:file=" + directory.resolve("classes.log")));
        arguments.addAll(jar("serve", "--memory", "--port=0"));
        try (ServedProcess server =
                new ServedProcess(directory.resolve("serve.err"), arguments.toArray(String[]::new))) {
            assertThat(server.stop()).isZero();
        }
        assertThat(Files.readString(directory.resolve("classes.log")))
                .containsPattern("dev\\.plinth\\.engine\\.http\\.EngineServer source: shared objects file \\(top\\)");
    }

    @Test
    void archive_thatCannotBeWritten_isToldInASentence() throws Exception {
        Path nowhere = directory.resolve("none").resolve("plinth.jsa");

        Ended ended = run(jar("archive", nowhere.toString()));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("plinth: The archive " + nowhere + " could not be made")
                        .doesNotContain("Exception"));
    }

    static boolean hasBash() {
        return Files.isExecutable(Path.of("/bin/bash"));
    }

    /** A pipe in the place of a file holds the start as long as the test likes. */
    @Test
    void reloadSignal_whileTheServerStarts_isDoneOnceItListens() throws Exception {
        PemPair pair = PemPair.make(directory, "EC");
        try (HeldStart start = new HeldStart("--memory")) {
            ServedProcess.hangUp(start.process);
            Patience.until(() -> !start.process.isAlive() || start.said().contains("still starting"));
            assertThat(start.process.isAlive()).as(start.said()).isTrue();

            start.goOnWith(pair);

            BufferedReader lines = start.process.inputReader();
            Patience.until(() -> lines.readLine().startsWith("plinth: listening on "));
            assertThat(lines.readLine()).startsWith("plinth: The configuration is reloaded.");
        }
    }

    @Test
    void stopSignal_whileTheServerStarts_endsItWithZero() throws Exception {
        try (HeldStart start = new HeldStart("--memory")) {
            start.process.destroy();

            assertThat(start.process.waitFor(300, TimeUnit.SECONDS)).isTrue();
            assertThat(start.process.exitValue()).isZero();
            assertThat(start.said()).doesNotContain("Exception");
        }
    }

    @Test
    void stopSignal_inAFirstStart_showsTheSecrets() throws Exception {
        PemPair pair = PemPair.make(directory, "EC");
        try (HeldStart start = new HeldStart("--data=" + directory.resolve("data"))) {
            start.openEngineWith(pair);

            start.process.toHandle().destroy(); // the streams stay open

            assertThat(new String(start.process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("These are shown once");
            assertThat(start.process.waitFor()).isZero();
        }
    }

    /** A program that reads its certificate from a pipe, and so is in the middle of its start. */
    private final class HeldStart implements AutoCloseable {
        private final Path err = directory.resolve("start.err");
        private final Process process;
        private final CompletableFuture<OutputStream> pipe = new CompletableFuture<>();
        private @Nullable OutputStream again;

        HeldStart(String store) throws Exception {
            assertThat(new ProcessBuilder("mkfifo", certificates().toString())
                            .start()
                            .waitFor())
                    .isZero();
            process = ServedProcess.builder(
                            jar("serve", store, "--port=0", "--tls-cert=" + certificates(), "--tls-key=" + key())
                                    .toArray(String[]::new))
                    .redirectError(err.toFile())
                    .start();
            Thread opener =
                    new Thread(this::open, "opener"); // it waits until the program reads, for ever if it does not
            opener.setDaemon(true);
            opener.start();
            Patience.until(() -> pipe.isDone() || !process.isAlive());
            assertThat(process.isAlive()).as(said()).isTrue();
        }

        private void open() {
            try {
                pipe.complete(Files.newOutputStream(certificates()));
            } catch (IOException e) {
                pipe.completeExceptionally(e);
            }
        }

        String said() throws IOException {
            return Files.readString(err);
        }

        void goOnWith(PemPair pair) throws IOException {
            Files.delete(certificates()); // the pipe stays open
            pair.write(certificates(), key());
            pipe.join().write(Files.readAllBytes(certificates()));
            pipe.join().close();
        }

        /** Lets the engine open. Its server then reads the certificate anew, from a pipe that gives nothing. */
        void openEngineWith(PemPair pair) throws IOException {
            pair.write(directory.resolve("unused.pem"), key());
            try (OutputStream first = pipe.join()) {
                first.write(Files.readAllBytes(directory.resolve("unused.pem")));
            }
            Patience.until(() -> Files.exists(directory.resolve("data").resolve("secret.key")));
            again = Files.newOutputStream(certificates()); // waits until the program reads it again
        }

        @Override
        public void close() throws IOException {
            if (again != null) {
                again.close();
            }
            process.destroyForcibly();
            if (pipe.isDone()) {
                pipe.join().close();
            }
        }
    }

    /** Runs the check of the container against the program as the container starts it. */
    @Test
    @EnabledIf("hasBash")
    void healthCheckOfTheContainer_tellsWhetherItServes() throws Exception {
        String check = Packaging.healthCheck();
        try (ServedProcess server = new ServedProcess(
                directory.resolve("serve.err"),
                jar("serve", "--memory", "--port=0").toArray(String[]::new))) {
            String own = check.replace("/9090", "/" + URI.create(server.base()).getPort());

            assertThat(bash(own)).isZero();
            assertThat(server.stop()).isZero();
            assertThat(bash(own)).isNotZero();
        }
    }

    private static int bash(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/bash", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
