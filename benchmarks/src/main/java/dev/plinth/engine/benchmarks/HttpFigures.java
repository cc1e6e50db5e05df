package dev.plinth.engine.benchmarks;

import dev.plinth.engine.benchmarks.report.ReportFigure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Measures requests per second of the servers of {@link HttpServers}, driven by {@code wrk} from the same machine. The
 * requests are creates, each under a key of its own, and gets of one resource. The creates run in the first seconds of
 * a JVM and when it is warm. Beside the rate stands the time of processors that the server takes for a request. It also measures how long a cold JVM takes to its first answer.
 */
final class HttpFigures {
    private static final int CONNECTIONS = 32;
    private static final long FIRST_SECONDS = 5;
    private static final long WARM_UP_SECONDS = 10;
    private static final long SECONDS = 10;
    private static final int COLD_STARTS = 5;
    private static final int ATTEMPTS = 20_000;
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern LATENCY = Pattern.compile("\\s99%\\s+([0-9.]+)(us|ms|s)");
    private static final Map<String, Double> MICROS = Map.of("us", 1.0, "ms", 1e3, "s", 1e6);

    private final Path directory;
    private final String authorization;
    private final Map<String, ReportFigure> figures = new LinkedHashMap<>();

    private HttpFigures(Path directory) throws IOException {
        this.directory = StoreLife.fresh(directory);
        authorization = FixedAnswer.writeBoth(directory);
    }

    /** Drives a server under load. */
    static Map<String, ReportFigure> load(String kind, Path directory) throws IOException, InterruptedException {
        HttpFigures http = new HttpFigures(directory);
        http.load(kind);
        StoreLife.delete(directory);
        return http.figures;
    }

    /** Starts a server several times, and waits for its first answer. */
    static Map<String, ReportFigure> coldStart(String kind, Path directory) throws IOException, InterruptedException {
        HttpFigures http = new HttpFigures(directory);
        double[] millis = new double[COLD_STARTS];
        for (int i = 0; i < COLD_STARTS; i++) {
            long began = System.nanoTime();
            Process server = http.start(kind, Servers.freePort());
            millis[i] = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
            end(server);
        }
        Arrays.sort(millis);
        http.note("cold start " + kind, millis[COLD_STARTS / 2], "ms");
        StoreLife.delete(directory);
        return http.figures;
    }

    private void load(String kind) throws IOException, InterruptedException {
        String name = "http " + kind.split(" ", 2)[0];
        int port = Servers.freePort();
        Process server = start(kind, port);
        try {
            String path = create(port);
            if (path == null) {
                throw new IOException("Expected an answer of " + kind + ", but got none");
            }
            ProcessHandle process = server.toHandle();
            drive(name + " create first", process, port, FIRST_SECONDS, createScript());
            drive("", process, port, WARM_UP_SECONDS, createScript());
            drive(name + " create", process, port, SECONDS, createScript());
            drive("", process, port, FIRST_SECONDS, getScript(path));
            drive(name + " get", process, port, SECONDS, getScript(path));
        } finally {
            end(server);
        }
    }

    /** Starts a server and waits until it has answered a create. */
    private Process start(String kind, int port) throws IOException, InterruptedException {
        Process server = new ProcessBuilder(
                        ChildJvm.command(List.of(), "serve", kind, String.valueOf(port), directory.toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
        for (int i = 0; i < ATTEMPTS && server.isAlive(); i++) {
            if (create(port) != null) {
                return server;
            }
            Thread.sleep(1);
        }
        server.destroyForcibly();
        throw new IOException("Expected " + kind + " to answer, but it does not: "
                + Files.readString(directory.resolve("server.log")));
    }

    private static void end(Process server) throws InterruptedException {
        server.destroyForcibly();
        int unused = server.waitFor();
    }

    /** Creates a resource. Returns its path, or null if no server listens yet. */
    private @Nullable String create(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String request = head("POST", "/v1/resources") + "Connection: close\r\nIdempotency-Key: first\r\n"
                    + "Content-Length: " + BenchedEngine.BODY.toString().length() + "\r\n\r\n" + BenchedEngine.BODY;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher location = Pattern.compile("\r\nLocation: (\\S+)").matcher(answer);
            return answer.startsWith("HTTP/1.1 201") && location.find() ? location.group(1) : null;
        } catch (IOException notYet) {
            return null;
        }
    }

    private String head(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + authorization
                + "\r\nContent-Type: application/json\r\n";
    }

    private String createScript() {
        String body = BenchedEngine.BODY.toString();
        return """
                local n = 0
                local run = "%s-"
                local head = ([[%s]]):gsub("\\r?\\n", "\\r\\n")
                local body = [[%s]]
                function request()
                  n = n + 1
                  return head .. "Content-Length: " .. #body .. "\\r\\nIdempotency-Key: " .. run .. n .. "\\r\\n\\r\\n" .. body
                end
                """.formatted(System.nanoTime(), head("POST", "/v1/resources"), body);
    }

    private String getScript(String path) {
        return """
                local text = ([[%s]]):gsub("\\r?\\n", "\\r\\n") .. "\\r\\n"
                function request()
                  return text
                end
                """.formatted(head("GET", path));
    }

    private void drive(String name, ProcessHandle server, int port, long seconds, String script)
            throws IOException, InterruptedException {
        long busyBefore = busyNanos(server);
        Path file = Files.writeString(directory.resolve("request.lua"), script);
        Process wrk = new ProcessBuilder(
                        "wrk",
                        "--threads",
                        "1",
                        "--connections",
                        String.valueOf(CONNECTIONS),
                        "--duration",
                        Figures.length(seconds) + "s",
                        "--latency",
                        "--script",
                        file.toString(),
                        "http://127.0.0.1:" + port)
                .redirectErrorStream(true)
                .start();
        StringBuilder text = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(wrk.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> text.append(line).append('\n'));
        }
        Matcher rate = RATE.matcher(text);
        Matcher latency = LATENCY.matcher(text);
        boolean refused = text.indexOf("Non-2xx") >= 0 || text.indexOf("Socket errors") >= 0;
        if (wrk.waitFor() != 0 || refused || !rate.find() || !latency.find()) {
            throw new IOException("Expected wrk to be answered with 2xx only, but it says: " + text);
        }
        if (!name.isEmpty()) {
            double perSecond = Double.parseDouble(rate.group(1));
            note(name, perSecond, "1/s");
            double busyMicros = (busyNanos(server) - busyBefore) / (double) TimeUnit.MICROSECONDS.toNanos(1);
            note(name + " processor", busyMicros / (perSecond * Figures.length(seconds)), "µs");
            double micros = MICROS.getOrDefault(latency.group(2), 1.0);
            note(name + " p99", Double.parseDouble(latency.group(1)) * micros, "µs");
        }
    }

    /** Returns how much time of processors a process has taken. */
    private static long busyNanos(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toNanos();
    }

    private void note(String name, double value, String unit) {
        Figures.print(name, value, unit);
        figures.put(name, new ReportFigure(name, value, unit));
    }
}
