package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.log.postgres.server.FreePorts;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jar behind the proxies of {@code docs/proxy.md}, under the configurations of that page. Ports, names and certificates alone are of this test. */
@Tag("portable")
@Timeout(600)
@Tag("scaled")
@Tag("slow")
class ProxyIT {
    /** Its files are in the test's folder, and it runs as the user of the test. */
    private static final String NGINX_HEAD = (System.getProperty("user.name").equals("root") ? "user root;\n" : "")
            + "daemon off;\npid nginx.pid;\nerror_log error.log;\nevents {}\nhttp {\naccess_log off;\n"
            + "client_body_temp_path body;\nproxy_temp_path proxied;\nfastcgi_temp_path f;\nuwsgi_temp_path u;\nscgi_temp_path s;\n";

    private static final int WAIT_SECONDS = TestScale.count(2, 30, 30);
    private static final int LARGE_PAGE = 15;
    private static final int BULK = 500;
    private static final String CLIENT = "127.0.0.77";
    private static final Pattern ID = Pattern.compile("\"id\": ?\"([a-z]+_[0-9a-z]{26})\"");

    @TempDir
    private Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private ServedProcess server;
    private SSLContext trust;
    private HttpClient http;
    private String base = "";
    private int port;

    /** A program that the page has a configuration for. */
    enum Proxy {
        NGINX("nginx") {
            @Override
            String configuration(String documented, int port, int server) {
                return NGINX_HEAD
                        + replaced(
                                replaced(documented, "127.0.0.1:8080", "127.0.0.1:" + server),
                                "listen 443 ssl;",
                                "listen 127.0.0.1:" + port + " ssl;")
                        + "}\n";
            }

            @Override
            List<String> command(Path directory, Path file) {
                return List.of("nginx", "-e", "error.log", "-p", directory.toString(), "-c", file.toString());
            }
        },
        CADDY("caddy") {
            @Override
            String configuration(String documented, int port, int server) {
                return "{\nadmin off\nauto_https disable_redirects\n}\n"
                        + replaced(
                                replaced(documented, "127.0.0.1:8080", "127.0.0.1:" + server),
                                "api.example.com {",
                                "https://localhost:" + port + " {\n\ttls chain.pem key.pem");
            }

            @Override
            List<String> command(Path directory, Path file) {
                return List.of("caddy", "run", "--adapter", "caddyfile", "--config", file.toString());
            }
        };

        private final String program;

        Proxy(String program) {
            this.program = program;
        }

        abstract String configuration(String documented, int port, int server);

        abstract List<String> command(Path directory, Path file);

        static String replaced(String text, String old, String next) {
            assertThat(text).contains(old);
            return text.replace(old, next);
        }

        /** Returns the block of the page with this program's configuration. */
        String documented() throws IOException {
            Matcher block = Pattern.compile("(?s)```" + program + "\n(.*?)```")
                    .matcher(Files.readString(Packaging.folder().resolveSibling("docs/proxy.md")));
            assertThat(block.find()).as("a block of %s", program).isTrue();
            return block.group(1);
        }

        boolean isThere() {
            return List.of("/usr/sbin", "/usr/bin", "/usr/local/bin").stream()
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private void start(Proxy proxy) throws Exception {
        boolean isThere = proxy.isThere();
        if (!isThere) {
            System.out.println("plinth: " + proxy.program + " in front of the server is not tested: it is not there;"
                    + " install it with apt-get install " + proxy.program + ".");
            if (System.getenv("CI") == null) {
                assumeThat(isThere).isTrue();
            }
        }
        server = new ServedProcess(
                directory.resolve("err"),
                "-jar",
                System.getProperty("plinth.jar"),
                "serve",
                "--memory",
                "--port=0",
                "--admin-port=0",
                "--trusted-proxy=127.0.0.1",
                "--access-log=" + directory.resolve("access.log"));
        open.add(server);
        PemPair.make(directory, "EC").write(directory.resolve("chain.pem"), directory.resolve("key.pem"));
        trust = PemPair.trusting(directory.resolve("chain.pem"));
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trust)
                .build();
        port = FreePorts.find();
        base = "https://localhost:" + port;
        Path file = Files.writeString(
                directory.resolve(proxy.program + ".conf"),
                proxy.configuration(
                        proxy.documented(), port, URI.create(server.base()).getPort()));
        ProcessBuilder builder = new ProcessBuilder(proxy.command(directory, file))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("proxy").toFile());
        builder.environment().put("HOME", directory.toString());
        Process process = builder.start();
        open.add(() -> end(process));
        Patience.until(() -> !process.isAlive() || listens());
        assertThat(process.isAlive())
                .as(Files.readString(directory.resolve("proxy")))
                .isTrue();
    }

    /** Ends a program with the processes that it has started. */
    private static void end(Process process) throws InterruptedException {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroy();
        boolean unused = process.waitFor(5, TimeUnit.SECONDS);
        started.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + server.key());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String id(HttpResponse<String> answer) {
        Matcher id = ID.matcher(answer.body());
        assertThat(id.find()).as(answer.body()).isTrue();
        return id.group(1);
    }

    @ParameterizedTest
    @EnumSource
    void calls_throughTheProxy_areThoseOfTheContract(Proxy proxy) throws Exception {
        start(proxy);

        ofTheClientsAddress();
        ofTheOperator();
        ofVersionsAndReplays();
        ofALargeAnswer();
        ofAStream();
        ofALongPoll();
        ofTheLimits();
    }

    /** Sends an address that is made up, from a client that has another. */
    private void ofTheClientsAddress() throws IOException {
        try (RawClient client = new RawClient(port, InetAddress.getByName(CLIENT), Optional.of(trust))) {
            RawReply reply = client.send(
                            "GET /v1/workspace HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n"
                                    + "Authorization: Bearer " + server.key() + "\r\n\r\n")
                    .read();
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("request-id")).startsWith("req_");
            assertThat(reply.header("ratelimit")).contains("starter");
        }
        Path log = directory.resolve("access.log");
        Patience.until(() -> Files.exists(log) && Files.readString(log).contains(CLIENT));
        assertThat(Files.readString(log)).doesNotContain("203.0.113.9");
    }

    private void ofTheOperator() throws Exception {
        for (String path : List.of("/admin/v1/workspaces", "/metrics")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).as("an answer of the proxy itself").doesNotContain("route_not_found");
        }
    }

    private void ofVersionsAndReplays() throws Exception {
        String body = "{\"name\":\"Order\",\"data\":{\"text\":\"" + "x".repeat(2_000) + "\"}}";
        HttpResponse<String> made = post("/v1/resources", body, "Idempotency-Key", "proxy");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        HttpResponse<String> again = post("/v1/resources", body, "Idempotency-Key", "proxy");
        assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
        String one = "/v1/resources/" + id(made);
        HttpResponse<byte[]> packed = http.send(
                request(one).header("Accept-Encoding", "gzip").build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(packed.headers().firstValue("ETag")).contains("\"v1-gzip\"");
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8)).contains("xxx");
        }
        HttpResponse<String> fresh =
                http.send(request(one).header("If-None-Match", "\"v1\"").build(), HttpResponse.BodyHandlers.ofString());
        assertThat(fresh.statusCode()).isEqualTo(304);
        HttpRequest.BodyPublisher change = HttpRequest.BodyPublishers.ofString("{\"name\":\"New\"}");
        HttpResponse<String> stale = http.send(
                request(one)
                        .header("If-Match", "\"v7\"")
                        .method("PATCH", change)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(stale.statusCode()).isEqualTo(412);
    }

    /** The server's own answers arrive at its limits, and not those of the proxy. */
    private void ofTheLimits() throws Exception {
        HttpResponse<String> tooLarge = post("/v1/resources", "{\"name\":\"" + "x".repeat(300_000) + "\"}");
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(tooLarge.body()).contains("payload_too_large");
        StringBuilder bulk = new StringBuilder("{\"operations\":[");
        for (int i = 0; i < BULK; i++) {
            bulk.append(i == 0 ? "" : ",")
                    .append("{\"action\":\"create\",\"name\":\"n\",\"data\":{\"text\":\"")
                    .append("x".repeat(6_000))
                    .append("\"}}");
        }
        HttpResponse<String> large =
                post("/v1/resources/bulk", bulk.append("]}").toString());
        assertThat(large.headers().firstValue("Request-Id")).as(large.body()).isPresent();
        assertThat(large.statusCode()).as(large.body()).isNotEqualTo(413);
        HttpResponse<String> longHeader = http.send(
                request("/v1/workspace").header("X-Long", "x".repeat(8_000)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(longHeader.statusCode()).isEqualTo(200);
    }

    private void ofALargeAnswer() throws Exception {
        for (int i = 0; i < LARGE_PAGE; i++) {
            String data = "{\"type\":\"large\",\"name\":\"large\",\"data\":{\"text\":\"" + (char) ('a' + i)
                    + "x".repeat(60_000) + "\"}}";
            assertThat(post("/v1/resources", data).statusCode()).isEqualTo(201);
        }
        HttpResponse<String> page = get("/v1/resources?type=large&limit=100");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).hasSizeGreaterThan(LARGE_PAGE * 60_000).endsWith("}");
    }

    /** An event arrives while the stream stays open, with nothing behind it that would push it out of a buffer. */
    private void ofAStream() throws Exception {
        HttpResponse<InputStream> stream = http.send(
                request("/v1/events/stream").header("Accept-Encoding", "gzip").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Content-Encoding")).isEmpty();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < 3; i++) {
                String id = id(post("/v1/events", "{\"type\":\"proxy.event\",\"data\":{\"n\":" + i + "}}"));
                String line = lines.readLine();
                while (line != null && !line.equals("id: " + id)) {
                    line = lines.readLine();
                }
                assertThat(line).isNotNull();
            }
        }
    }

    /** A wait of 30 s ends with the server's answer, and not with a time limit of the proxy. */
    private void ofALongPoll() throws Exception {
        HttpResponse<String> accepted = post("/v1/jobs", "{\"type\":\"nobody.does.this\",\"input\":{}}");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        HttpResponse<String> polled =
                get(accepted.headers().firstValue("Location").orElseThrow() + "?wait=" + WAIT_SECONDS);
        assertThat(polled.statusCode()).as(polled.body()).isEqualTo(200);
        assertThat(polled.body()).contains("\"status\":\"queued\"");
    }
}
