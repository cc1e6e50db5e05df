package dev.plinth.engine.http.console;

import dev.plinth.engine.api.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of chromedriver, spoken to by the WebDriver protocol of the W3C. Selenium was rejected: of its twenty artifacts these tests need the
 * four calls below.
 */
final class ChromeDriver implements AutoCloseable {
    /** Names the driver where it is not in the path. */
    private static final String DRIVER_VARIABLE = "PLINTH_CHROMEDRIVER";

    /** A name that leads browsers to this machine, and that they do not trust without TLS. */
    static final String PLAIN_HOST = "plinth.test";

    private static final int STARTS_MAX = 5;
    private static final Duration CALL_MAX = Duration.ofSeconds(90);
    private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Process process;
    private final URI address;

    private ChromeDriver(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Returns the driver's program, empty if this machine has none. */
    static Optional<Path> program() {
        String named = System.getenv(DRIVER_VARIABLE);
        Stream<Path> candidates = named != null
                ? Stream.of(Path.of(named))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, "chromedriver"));
        return candidates.filter(Files::isExecutable).findFirst();
    }

    /** Starts again where the port that the driver drew is free by IPv6 only, since it wants it by IPv4 too. */
    static ChromeDriver start() throws IOException {
        Path program = program().orElseThrow(() -> new IOException("Expected chromedriver, but there is none"));
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < STARTS_MAX; i++) {
            Process process = new ProcessBuilder(program.toString(), "--port=0")
                    .redirectErrorStream(true)
                    .start();
            BufferedReader out = process.inputReader();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.append(line).append('\n');
                Matcher port = PORT.matcher(line);
                if (port.find()) {
                    drain(out);
                    return new ChromeDriver(process, URI.create("http://127.0.0.1:" + port.group(1)));
                }
            }
        }
        throw new IOException("Expected chromedriver to start, but it said " + said);
    }

    /** Reads what the driver says from now on, since it stops once the pipe is full. */
    private static void drain(BufferedReader out) {
        Thread reader = new Thread(
                () -> {
                    try (out) {
                        long unused = out.transferTo(Writer.nullWriter());
                    } catch (IOException ended) {
                        // The driver is gone, and so is what it said.
                    }
                },
                "chromedriver-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Makes a call.
     *
     * @return the member {@code value} of the answer
     * @throws IOException if the driver refuses it, with the driver's words
     */
    @Nullable
    Object call(String method, String path, Map<String, ? extends @Nullable Object> body) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address.resolve(path)).timeout(CALL_MAX);
        if (method.equals("POST")) {
            request.header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(Json.of(body).utf8()));
        } else {
            request.method(method, BodyPublishers.noBody());
        }
        try {
            HttpResponse<byte[]> reply = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            Map<String, @Nullable Object> members =
                    Json.of(new String(reply.body(), StandardCharsets.UTF_8)).asMap();
            if (reply.statusCode() != 200) {
                throw new IOException(method + " " + path + ": " + members.get("value"));
            }
            return members.get("value");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("Stopped while the driver worked", stopped);
        }
    }

    /** Starts a browser with a new profile and one empty window. Returns the path of its session. */
    String startBrowser() throws IOException {
        Map<String, Object> options = new HashMap<>(Map.of(
                "args",
                List.of(
                        "--headless=new",
                        "--no-sandbox", // as root, as in a container, Chromium refuses to start with it
                        "--disable-dev-shm-usage",
                        "--disable-gpu",
                        "--hide-scrollbars",
                        // A name that is not loopback, so that a page of it is no secure context.
                        "--host-resolver-rules=MAP " + PLAIN_HOST + " 127.0.0.1",
                        "--lang=en-US")));
        String browser = System.getenv("PLINTH_BROWSER");
        if (browser != null) {
            options.put("binary", browser);
        }
        Object session = call(
                "POST",
                "/session",
                Map.of(
                        "capabilities",
                        Map.of(
                                "alwaysMatch",
                                Map.of("goog:loggingPrefs", Map.of("browser", "ALL"), "goog:chromeOptions", options))));
        return "/session/" + ((Map<?, ?>) Objects.requireNonNull(session)).get("sessionId");
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
