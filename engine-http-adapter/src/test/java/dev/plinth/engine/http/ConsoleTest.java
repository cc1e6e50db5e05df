package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.console.ConsoleCallService;
import dev.plinth.engine.http.console.ConsoleFiles;
import dev.plinth.engine.http.program.CommandLineReader;
import dev.plinth.engine.http.program.ServeOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The console's files over a socket: how they are served, what they may do, and when they are there at all. */
class ConsoleTest {
    private static final int COMPRESSED_BYTES_MAX = 200 * 1024;
    private static final List<String> OTHERS_FILES = List.of("preact.js", "preact-hooks.js", "htm.js", "uplot.js");

    private final LiveServer live = LiveServer.start();
    private final EngineServer server =
            EngineServer.builder(live.engine()).port(0).console().start();

    @AfterEach
    void stop() {
        server.close();
        live.close();
    }

    private RawReply send(WireRequest request) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(request.bytes()).read(request.method());
        }
    }

    private static List<Path> files() throws IOException, URISyntaxException {
        Path index = Path.of(Objects.requireNonNull(ConsoleFiles.class.getResource("index.html"))
                .toURI());
        try (Stream<Path> files = Files.list(Objects.requireNonNull(index.getParent()))) {
            return files.filter(file -> !file.toString().endsWith(".class")).toList();
        }
    }

    @Test
    void frontPage_ofAnotherNode_isPassedOnAsItIs() {
        FakeCallService engine = new FakeCallService();
        engine.answer = call -> CompletableFuture.completedFuture(
                Reply.of(200, Map.of(), new byte[0]).withRest(CompletableFuture::new));

        Reply reply = new ConsoleCallService(engine, true)
                .admit(Call.of("GET", "/"))
                .submit(new byte[0], bytes -> true)
                .join();

        assertThat(reply.rest()).isPresent();
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @Test
    void everyFile_isServedUnderAPolicyThatLoadsNothingFromElsewhere() throws Exception {
        for (Path file : files()) {
            RawReply reply = send(WireRequest.get("/console/" + name(file)));

            assertThat(reply.status()).as("%s", file).isEqualTo(200);
            assertThat(reply.body()).isEqualTo(Files.readAllBytes(file));
            assertThat(reply.header("content-security-policy"))
                    .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                            + " 'self';")
                    .contains("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "trusted-types 'none'")
                    .doesNotContain("unsafe", "http", "*", "data:");
            assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(reply.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(reply.header("cache-control")).isEqualTo("no-cache");
            assertThat(reply.header("request-id")).startsWith("req_");
            assertThat(reply.header("content-type"))
                    .isNotEmpty()
                    .isNotEqualTo("application/json")
                    .doesNotContain("octet");
        }
    }

    @Test
    void allFilesTogether_staySmall() throws Exception {
        int bytes = 0;
        for (Path file : files()) {
            RawReply reply = send(WireRequest.get("/console/" + name(file)).with("Accept-Encoding", "br, gzip;q=0.8"));
            assertThat(reply.header("content-encoding")).isEqualTo("gzip");
            assertThat(reply.header("vary")).isEqualTo("Accept-Encoding");
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(reply.body()))) {
                assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(file));
            }
            bytes += reply.body().length;
        }

        assertThat(bytes).isBetween(COMPRESSED_BYTES_MAX / 10, COMPRESSED_BYTES_MAX);
    }

    /** Code that turns text into markup, or reaches another server, is not in our files; the libraries are as they were published. */
    @Test
    void ourFiles_makeNoMarkupOfTextAndNameNoOtherServer() throws Exception {
        int read = 0;
        for (Path file : files()) {
            if (!OTHERS_FILES.contains(name(file)) && !name(file).endsWith(".txt")) {
                read++;
                String text = Files.readString(file)
                        .replace("http://www.w3.org/2000/svg", "")
                        .replace("https://example.com/webhooks", "");
                assertThat(text)
                        .as("%s", file)
                        .doesNotContainIgnoringCase(
                                "innerHTML",
                                "outerHTML",
                                "insertAdjacentHTML",
                                "document.write",
                                "eval(",
                                "Function(",
                                "http://",
                                "https://",
                                "kept(\"localStorage\", \"plinth.credential",
                                "style=");
            }
        }
        assertThat(read).isGreaterThan(10);
    }

    @Test
    void file_thatTheBrowserHas_isNotSentAgain() throws IOException {
        for (String coding : List.of("identity", "gzip")) {
            WireRequest request = WireRequest.get("/console/console.css").with("Accept-Encoding", coding);
            String etag = String.valueOf(send(request).header("etag"));

            RawReply known = send(request.with("If-None-Match", "\"other\", W/" + etag));
            RawReply other = send(request.with("If-None-Match", "\"other\""));

            assertThat(known.status()).isEqualTo(304);
            assertThat(known.header("etag")).isEqualTo(etag);
            assertThat(known.body()).isEmpty();
            assertThat(other.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip;q=0", "gzip; q=0.0", "br"})
    void file_withoutGzipAccepted_isSentAsItIs(String accepted) throws IOException {
        RawReply reply = send(WireRequest.get("/console/").with("Accept-Encoding", accepted));

        assertThat(reply.headers()).doesNotContainKey("content-encoding");
        assertThat(reply.text()).startsWith("<!DOCTYPE html>");
    }

    @Test
    void page_isAtTheFolderAndByHead_andTheBareNameLeadsThere() throws IOException {
        RawReply get = send(WireRequest.get("/console/"));
        RawReply head = send(WireRequest.of("HEAD", "/console/"));
        RawReply bare = send(WireRequest.get("/console"));

        assertThat(get.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo(Integer.toString(get.body().length));
        assertThat(bare.status()).isEqualTo(308);
        assertThat(bare.header("location")).isEqualTo("/console/");
    }

    @Test
    void reference_isAtItsOwnPath_underThePolicyOfTheConsole() throws IOException {
        RawReply get = send(WireRequest.get("/docs"));
        RawReply slash = send(WireRequest.get("/docs/"));

        assertThat(get.status()).isEqualTo(200);
        assertThat(get.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(get.header("content-security-policy")).isEqualTo(ConsoleFiles.POLICY);
        assertThat(slash.status()).isEqualTo(308);
        assertThat(slash.header("location")).isEqualTo("/docs");
        ProblemReply.of(send(WireRequest.post("/docs", "{}")), 405, "method_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/docs/openapi.json",
                "/docsx",
                "/console/nothing.js",
                "/console/../console/app.js",
                "/console/%61pp.js",
                "/console//app.js",
                "/console/..%2fHttpServer.class",
                "/console/package-info.class",
                "/console/app.js/",
                "/console/.app.js"
            })
    void whatIsNoFile_isAProblem(String path) throws IOException {
        ProblemReply.of(send(WireRequest.get(path)), 404, "route_not_found");
    }

    @Test
    void otherMethods_areRefused_withTheirBodyUnread() throws IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            RawReply reply = send(WireRequest.of(method, "/console/").withBody("{}"));

            ProblemReply.of(reply, 405, "method_not_allowed");
            assertThat(reply.header("allow")).isEqualTo("GET, HEAD");
        }
    }

    @Test
    void frontPage_linksToTheConsole_inBothForms() throws IOException {
        RawReply json = send(WireRequest.get("/"));
        RawReply html = send(WireRequest.get("/").with("Accept", "text/html"));
        RawReply head = send(WireRequest.of("HEAD", "/"));

        assertThat((Map<?, ?>) Json.of(json.text()).asMap().get("links"))
                .isEqualTo(Map.of(
                        "docs", "/docs",
                        "openapi", "/openapi.json",
                        "console", "/console/",
                        "health", "/health/ready"));
        assertThat(html.text()).contains("<li><a href=\"/console/\">", "<li><a href=\"/docs\">");
        assertThat(head.header("content-length")).isEqualTo(Integer.toString(json.body().length));
    }

    @Test
    void otherCalls_goOnToTheEngine() throws IOException {
        String key = live.key(live.workspace("pro"));

        RawReply created =
                send(WireRequest.post("/v1/resources", "{\"name\":\"r\"}").withKey(key));

        assertThat(created.status()).isEqualTo(201);
        ProblemReply.of(send(WireRequest.get("/consoles")), 404, "route_not_found");
    }

    @Test
    void console_withoutBeingAskedFor_isUnknown() throws IOException {
        ProblemReply.of(live.send(WireRequest.get("/console/")), 404, "route_not_found");
        ProblemReply.of(live.send(WireRequest.get("/docs")), 404, "route_not_found");
        assertThat(live.send(WireRequest.get("/")).text()).doesNotContain("console");
    }

    @Test
    void console_besideAnAdminPort_isOnBoth() throws IOException {
        try (EngineServer apart = EngineServer.builder(live.engine())
                .port(0)
                .adminPort(0)
                .console()
                .start()) {
            assertThat(status(apart.port(), "/console/")).isEqualTo(200);
            assertThat(status(apart.adminUri().getPort(), "/console/")).isEqualTo(200);
            // The reference is made of a document that the operator's port does not serve.
            for (String path : List.of("/docs", "/openapi.json")) {
                assertThat(status(apart.port(), path)).as(path).isEqualTo(200);
                assertThat(status(apart.adminUri().getPort(), path)).as(path).isEqualTo(404);
            }
        }
    }

    private static int status(int port, String path) throws IOException {
        try (RawClient client = new RawClient(port)) {
            return client.send(WireRequest.get(path).bytes()).read().status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "--host localhost, true",
        "--host ::1, true",
        "--host 0.0.0.0, false",
        "--host 192.0.2.1, false",
        "--admin-port 0, true",
        "--admin-port 0 --admin-host 0.0.0.0, false",
        "--trusted-proxy 127.0.0.1, false",
        "--trusted-proxy 127.0.0.1 --console on, true",
        "--host 0.0.0.0 --console on, true",
        "--console off, false",
        "--console ON, true"
    })
    void console_byDefault_isOnForThisMachineAlone(String options, boolean expected) {
        List<String> arguments =
                Stream.of(options.split(" ")).filter(word -> !word.isEmpty()).toList();

        ServeOptions read = new CommandLineReader(Map.of()).read(arguments);

        assertThat(read.hasConsole()).isEqualTo(expected);
    }

    @Test
    void console_byTheEnvironment_isTakenAway() {
        ServeOptions read = new CommandLineReader(Map.of("PLINTH_CONSOLE", "off")).read(List.of());

        assertThat(read.hasConsole()).isFalse();
    }
}
