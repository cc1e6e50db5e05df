package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.http.program.EndedThreadProgram;
import dev.plinth.engine.http.program.FatalExit;
import dev.plinth.engine.http.program.FullHeapProgram;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jar as a user starts it. */
@Timeout(600)
class MainIT {
    private static final long PATIENCE_SECONDS = 300;
    private static final String LISTENING = "plinth: listening on ";

    @TempDir
    private Path directory;

    private Process start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = jar(arguments);
        builder.environment().putAll(environment);
        return start(builder);
    }

    private static ProcessBuilder jar(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-jar", System.getProperty("plinth.jar")));
        all.addAll(Arrays.asList(arguments));
        return ServedProcess.builder(all.toArray(String[]::new));
    }

    private Process start(ProcessBuilder builder) throws IOException {
        return builder.redirectError(err().toFile()).start();
    }

    private Path err() {
        return directory.resolve("err");
    }

    private static int exitCode(Process process) throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("Expected the program to end, but it still ran after " + PATIENCE_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** The lines on standard output, once the program serves. */
    private List<String> awaitListening(Process process) throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.stream().noneMatch(line -> line.startsWith(LISTENING))) {
            String line = process.inputReader().readLine();
            if (line == null) {
                throw new AssertionError(
                        "Expected the program to serve, but it said " + lines + Files.readString(err()));
            }
            lines.add(line);
        }
        return lines;
    }

    private static int port(List<String> lines) {
        String line = lines.stream()
                .filter(each -> each.startsWith(LISTENING))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    private static String run(String script) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void serve_firstStart_printedCurlWorksAndSignalEndsItWithZero() throws Exception {
        Process process = start("serve", "--memory", "--port", "0");
        try {
            List<String> lines = awaitListening(process);
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("plinth:"))
                    .singleElement()
                    .isEqualTo(LISTENING + "http://127.0.0.1:" + port(lines));
            assertThat(lines.get(lines.size() - 1)).startsWith(LISTENING);
            assertThat(lines).anyMatch(line -> line.contains("admin token"));
            String curl = lines.stream()
                    .filter(line -> line.startsWith("curl "))
                    .findFirst()
                    .orElseThrow();

            String answer = run(curl + " -s -i");

            assertThat(answer).contains("HTTP/1.1 201").contains("My resource");
            process.destroy();
            assertThat(exitCode(process)).isZero();
            assertThat(err()).isEmptyFile();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void serve_adminTokenGiven_notPrinted() throws Exception {
        Process process = start("--memory", "--port=0", "--admin-token=operator-secret-of-tests", "--test-clock");
        try {
            assertThat(awaitListening(process)).noneMatch(line -> line.contains("operator-secret-of-tests"));
        } finally {
            process.destroy();
            assertThat(exitCode(process)).isZero();
        }
    }

    @Test
    void serve_idleClientConnected_signalEndsItAtOnce() throws Exception {
        Process process = start("--memory", "--port=0");
        try (RawClient client = new RawClient(port(awaitListening(process)))) {
            client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n").read();

            process.destroy();

            assertThat(client.isAtEnd()).isTrue();
            assertThat(exitCode(process)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Direct buffers are what files and sockets are written through. */
    @Test
    void serve_tooLittleDirectMemory_endsWithOneSentence() throws Exception {
        Process process = start(ServedProcess.builder(
                "-XX:MaxDirectMemorySize=32k",
                "-jar",
                System.getProperty("plinth.jar"),
                "--port=0",
                "--tables=heap",
                "--data=" + directory.resolve("data")));

        assertThat(exitCode(process)).isIn(1, FatalExit.STATUS);
        assertOneSentence("-XX:MaxDirectMemorySize");
    }

    /** Reads go on until it is stopped; then the exit code tells that the journal had failed. */
    @Test
    void serve_journalFails_signalEndsItWithThreeAndSaysSo() throws Exception {
        String[] arguments = {"--port=0", "--tables=heap", "--data=" + directory.resolve("data")};
        Process first = start(arguments);
        String key = key(awaitListening(first));
        first.destroy();
        assertThat(exitCode(first)).isZero();
        // The segment is there, and no byte behind the first MiB of it can be written.
        String bounded = "ulimit -f 2048; exec \"$0\" \"$@\"";
        ProcessBuilder program = jar(arguments);
        program.command().addAll(0, List.of("sh", "-c", bounded));
        Process process = start(program);
        try (RawClient client = new RawClient(port(awaitListening(process)))) {
            String body = "{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(60_000) + "\"}}";
            int status = 201;
            for (int i = 0; i < 50 && status == 201; i++) {
                status = client.send(request("POST", "/v1/resources", key, body))
                        .read()
                        .status();
            }

            assertThat(status).isEqualTo(503);
            assertThat(client.send(request("GET", "/v1/workspace", key, ""))
                            .read()
                            .status())
                    .isEqualTo(200);
            assertThat(client.send(request("GET", "/health/live", key, ""))
                            .read()
                            .status())
                    .isEqualTo(200);
            process.destroy();
            assertThat(exitCode(process)).isEqualTo(3);
            assertThat(Files.readAllLines(err()))
                    .last()
                    .asString()
                    .startsWith("plinth: ")
                    .contains("journal had failed", "Check the disk");
        } finally {
            process.destroyForcibly();
        }
    }

    /** It would answer no call any more, and who asks whether it lives would wait for ever. */
    @ParameterizedTest
    @CsvSource({"--memory", "--durability=fsync", "--durability=os"})
    void serve_heapIsFull_endsByItselfWithFourAndOneSentence(String kind) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx48m",
                "-cp",
                System.getProperty("plinth.jar") + File.pathSeparator + testClasses(),
                FullHeapProgram.class.getName(),
                "--port=0",
                "--tables=heap",
                kind));
        if (!kind.equals("--memory")) {
            arguments.add("--data=" + directory.resolve("data"));
        }
        Process process = start(ServedProcess.builderOfDefaults(arguments.toArray(String[]::new)));
        try {
            List<String> lines = awaitListening(process);
            String key = key(lines);
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();

            callUntilItEnds(process, port(lines), key);

            assertThat(exitCode(process)).isEqualTo(FatalExit.STATUS);
            assertOneSentence("no memory left");
            assertOneSentence("-Xmx");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void serve_exceptionEndsAThread_logNamesThreadAndReasonAndItServesOn() throws Exception {
        Process process = start(ServedProcess.builder(
                "-cp",
                System.getProperty("plinth.jar") + File.pathSeparator + testClasses(),
                EndedThreadProgram.class.getName(),
                "--port=0",
                "--memory",
                "--tables=heap"));
        try {
            List<String> lines = awaitListening(process);
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();

            awaitInErr("the reason of the end");
            assertThat(Files.readString(err()))
                    .contains("ERROR dev.plinth.engine.http.program.FatalExit: The thread " + EndedThreadProgram.THREAD
                            + " has ended");
            try (RawClient client = new RawClient(port(lines))) {
                assertThat(client.send(request("GET", "/health/live", key(lines), ""))
                                .read()
                                .status())
                        .isEqualTo(200);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private void awaitInErr(String text) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(err()).contains(text)) {
            assertThat(System.nanoTime()).as("waiting for %s", text).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static String testClasses() throws Exception {
        return Path.of(FullHeapProgram.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
    }

    private static void callUntilItEnds(Process process, int port, String key) {
        while (process.isAlive()) {
            try (RawClient client = new RawClient(port)) {
                client.send(request("POST", "/v1/resources", key, "{\"name\":\"r\"}"))
                        .read();
            } catch (IOException | AssertionError cut) {
                continue;
            }
        }
    }

    private static String key(List<String> lines) {
        return lines.stream()
                .filter(line -> line.contains("its API key:"))
                .map(line -> line.substring(line.indexOf("sk_")))
                .findFirst()
                .orElseThrow();
    }

    /** The program that it starts would serve on for ever, in a folder that is to go. */
    @Test
    void archive_endedByASignal_leavesNoProgramRunning() throws Exception {
        Process process = start("archive", directory.resolve("plinth.jsa").toString());
        List<ProcessHandle> started = List.of();
        try {
            Patience.until(() -> {
                assertThat(process.isAlive()).as(Files.readString(err())).isTrue();
                return hasOpenedAStore();
            });
            started = process.descendants().toList();
            assertThat(started).isNotEmpty();

            process.destroy();

            assertThat(exitCode(process)).isNotZero();
            for (ProcessHandle each : started) {
                ProcessHandle unused = each.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private boolean hasOpenedAStore() throws IOException {
        try (DirectoryStream<Path> made = Files.newDirectoryStream(directory, ".plinth-archive*")) {
            for (Path each : made) {
                if (Files.exists(each.resolve("data"))) {
                    return true;
                }
            }
            return false;
        }
    }

    @Test
    void serve_portInUse_exitsWithOneAndOneSentence() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = start("--memory", "--port", String.valueOf(other.getLocalPort()));

            assertThat(exitCode(process)).isEqualTo(1);
            assertOneSentence("--port");
        }
    }

    @Test
    void serve_directoryIsAFile_exitsWithOneAndOneSentence(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("taken"));

        assertThat(exitCode(start("--port", "0", "--data", file.toString()))).isEqualTo(1);
        assertOneSentence("name another one");
    }

    @ParameterizedTest
    @CsvSource({
        "--webhook-allow,nonsense",
        "--webhook-allow,127.0.0.1/99",
        "--admin-token,a token of more than two words",
        "--admin-token,of-19-characters-id"
    })
    void option_badValue_exitsWithTwoAndHint(String option, String value) throws Exception {
        assertThat(exitCode(start("--memory", "--port=0", option, value))).isEqualTo(2);
        assertThat(Files.readAllLines(err())).hasSize(2).last().asString().contains("--help");
    }

    @Test
    void serve_addressOfAnotherMachineFromTheEnvironment_saysSoAndNamesTheVariable() throws Exception {
        assertThat(exitCode(start(Map.of("PLINTH_HOST", "192.0.2.1"), "--memory", "--port=0")))
                .isEqualTo(1);
        assertOneSentence("is not an address of this machine");
        assertOneSentence("PLINTH_HOST");
    }

    @Test
    void serve_directoryFromTheEnvironmentIsAFile_namesTheVariable(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("taken"));

        assertThat(exitCode(start(Map.of("PLINTH_DATA", file.toString()), "--port=0")))
                .isEqualTo(1);
        assertOneSentence("PLINTH_DATA");
    }

    /** A caller that waits for the end of a job gets the job as it stands, and the program does not wait. */
    @Test
    void signal_whileACallWaits_answersIt() throws Exception {
        // No unit comes back while the clock stands; a call waits in real time.
        Process process =
                start("serve", "--memory", "--port", "0", "--admin-token", "operator-secret-of-tests", "--test-clock");
        try {
            List<String> lines = awaitListening(process);
            String key = key(lines);
            try (RawClient client = new RawClient(port(lines))) {
                RawReply job = client.send(request("POST", "/v1/jobs", key, "{\"type\":\"idle\",\"input\":{}}"))
                        .read();
                client.send(request("GET", job.header("location") + "?wait=30", key, ""));
                awaitWaiting(port(lines), key);

                process.destroy();

                RawReply answer = client.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).contains("\"status\":\"queued\"");
            }
            assertThat(exitCode(process)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Until two calls have taken their units: the one that made the job and the one that waits for it. */
    private static void awaitWaiting(int port, String key) throws IOException {
        try (RawClient other = new RawClient(port)) {
            String taken = "";
            while (!taken.contains("\"remaining\":58")) {
                taken = other.send(request("GET", "/v1/rate-limit", key, ""))
                        .read()
                        .text();
            }
        }
    }

    private static String request(String method, String path, String key, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void arguments_wrong_exitWithTwoAndHint() throws Exception {
        Process process = start("--memory", "--data", "somewhere");

        assertThat(exitCode(process)).isEqualTo(2);
        assertThat(Files.readAllLines(err()))
                .hasSize(2)
                .first()
                .asString()
                .contains("--data")
                .contains("--memory");
        assertThat(Files.readString(err())).contains("--help").doesNotContain("\tat ");
        assertThat(restOf(process)).isEmpty();
    }

    @Test
    void help_askedFor_namesEveryOption() throws Exception {
        Process process = start("--help");

        assertThat(exitCode(process)).isZero();
        assertThat(restOf(process))
                .contains("--host", "--port", "--memory", "--data", "--durability", "--tables", "--max-resources")
                .contains(
                        "--admin-token", "--secret-key-file", "--webhook-allow", "--test-clock", "PLINTH_", "recover ");
    }

    @Test
    void version_askedFor_isOneLine() throws Exception {
        Process process = start("--version");

        assertThat(exitCode(process)).isZero();
        assertThat(restOf(process)).matches("plinth \\d+\\.\\d+\\.\\d+.*");
    }

    private static String restOf(Process process) {
        return String.join("\n", process.inputReader().lines().toList());
    }

    private void assertOneSentence(String mention) throws IOException {
        assertThat(Files.readAllLines(err()))
                .singleElement()
                .asString()
                .startsWith("plinth: ")
                .contains(mention)
                .endsWith(".")
                .doesNotContain("Exception");
    }
}
