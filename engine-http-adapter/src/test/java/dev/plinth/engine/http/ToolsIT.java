package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar's commands on a data directory, as an operator runs them. */
@Tag("portable")
@Timeout(3600)
@Tag("scaled")
@Tag("slow")
class ToolsIT {
    private static final int WRITERS = 4;
    private static final int WRITES_BEFORE = 100;
    private static final int KILLS = 4;
    private static final int KILLS_MAX = 100;
    private static final String ADMIN = "operator-secret-of-tests";
    private static final Pattern KEY = Pattern.compile("sk_live_[0-9A-Za-z]{36}");
    private static final Pattern LISTENING = Pattern.compile("plinth: listening on (\\S+)");
    private static final Pattern NAME = Pattern.compile("\"name\":\"(\\d)-(\\d+)\"");
    private static final Pattern CURSOR = Pattern.compile("\"nextCursor\":\"([^\"]+)\"");
    /** The writers write as fast as they can. */
    private static final Plan FAST = Plan.perMinute("starter", 1_000_000);

    @TempDir
    private Path base;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(WRITERS);
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private String key = "";
    private String address = "";

    @Test
    void backup_whileFourWritersWrite_hasAllThatWasAcknowledgedBeforeAndIsABeginning() throws Exception {
        Process server =
                start("serve", "--port=0", "--tables=heap", "--admin-token=" + ADMIN, "--data=" + base.resolve("data"));
        List<int[]> before = new ArrayList<>();
        int backups = TestScale.count(2, 10, 100);
        try {
            awaitListening(server);
            raisePlan();
            CountDownLatch enough = new CountDownLatch(WRITES_BEFORE);
            List<Thread> writers = startWriters(enough);
            enough.await();
            for (int i = 0; i < backups; i++) {
                before.add(acknowledgedNow());
                Ended backup = run("backup", data(), copy(i));
                assertThat(backup.code).as(backup.toString()).isZero();
            }
            int[] after = acknowledgedNow();
            writing.set(false);
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(sum(after)).as("written while backups were made").isGreaterThan(sum(before.get(0)));
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
        for (int i = 0; i < backups; i++) {
            Ended verified = run("verify", copy(i));
            assertThat(verified.code).as(verified.toString()).isZero();
            checkCopy(Path.of(copy(i)), before.get(i));
        }
    }

    /** Each writer wrote in turn; so a beginning of the history has a beginning of each. */
    private void checkCopy(Path copy, int[] before) {
        List<Set<Integer>> written = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            written.add(new TreeSet<>());
        }
        try (Engine engine = Engine.builder()
                .directory(copy)
                .plan(FAST)
                .plan(Plan.perMinute("business", 1_000_000))
                .open()) {
            String page = "/v1/resources?limit=100";
            for (String next = page; !next.isEmpty(); ) {
                Reply reply = engine.call(Call.of("GET", next).withKey(key));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                Matcher name = NAME.matcher(reply.text());
                while (name.find()) {
                    written.get(Integer.parseInt(name.group(1))).add(Integer.parseInt(name.group(2)));
                }
                Matcher cursor = CURSOR.matcher(reply.text());
                next = cursor.find() ? page + "&cursor=" + cursor.group(1) : "";
            }
        }
        for (int i = 0; i < WRITERS; i++) {
            assertThat(written.get(i).size()).as("writer %d", i).isGreaterThanOrEqualTo(before[i]);
            assertThat(written.get(i))
                    .as("writer %d", i)
                    .containsExactlyElementsOf(
                            IntStream.range(0, written.get(i).size()).boxed().toList());
        }
    }

    @Test
    void backup_killed_leavesNoTargetAndTheNextOneWorks() throws Exception {
        writeInProcess();
        int midway = 0;
        // A thread that gets no processor in time kills what is complete already: it is tried again.
        for (int i = 0; i < KILLS || midway == 0 && i < KILLS_MAX; i++) {
            Path partial = Path.of(copy(i) + ".partial");
            Process backup = start("backup", data(), copy(i));
            Patience.until(() -> Files.exists(partial) || !backup.isAlive());
            backup.destroyForcibly(); // SIGKILL
            backup.waitFor();
            if (Files.exists(Path.of(copy(i)))) {
                assertThat(run("verify", copy(i)).code).isZero();
            } else {
                midway++;
                assertThat(run("verify", copy(i)).code).isEqualTo(1);
                assertThat(run("backup", data(), copy(i)).code).isZero();
                assertThat(partial).doesNotExist();
            }
        }
        assertThat(midway).as("backups killed before they were complete").isPositive();
    }

    @Test
    void recover_ofAFlippedBit_saysWhatItWouldLoseAndThenOpens() throws Exception {
        writeInProcess();
        flip("resource 5");

        assertRefused(run("serve", "--port=0", "--tables=heap", "--data=" + data()), "recover --accept-loss DIR");
        Ended verified = run("verify", data());
        assertThat(verified.code).isEqualTo(1);
        assertThat(verified.out)
                .containsPattern("damaged: record \\d+ in journal-0000000001 at byte \\d+ is damaged")
                .contains("the store does not open");
        assertThat(verified.err).isEmpty();
        Ended told = run("recover", data());
        assertThat(told.code).isEqualTo(1);
        assertThat(told.out).contains("would lose records ").contains("--accept-loss");
        Ended done = run("recover", "--accept-loss", data());
        assertThat(done.code).as(done.toString()).isZero();
        assertThat(done.out).contains("lost records ").contains("put aside into lost-");
        assertThat(run("verify", data()).code).isZero();
        assertThat(run("recover", data()).out).startsWith("nothing to recover");
        try (Engine engine = Engine.open(Path.of(data()))) {
            String resources =
                    engine.call(Call.of("GET", "/v1/resources").withKey(key)).text();
            assertThat(resources).contains("resource 4").doesNotContain("resource 5", "resource 6");
        }
    }

    @Test
    void commands_wronglyCalled_exitWithTwoAndHint() throws Exception {
        for (List<String> wrong : List.of(
                List.of("verify"),
                List.of("verify", "a", "b"),
                List.of("backup", "a"),
                List.of("recover", "--all", "a"))) {
            Ended ended = run(wrong.toArray(String[]::new));

            assertThat(ended.code).as(wrong.toString()).isEqualTo(2);
            assertThat(ended.err.lines().toList()).as(wrong.toString()).hasSize(2);
            assertThat(ended.err).startsWith("plinth: ").contains("--help").doesNotContain("\tat ", "Exception");
        }
    }

    @Test
    void commands_whereNoStoreIs_exitWithOneAndOneSentence() throws Exception {
        String nowhere = base.resolve("nowhere").toString();

        assertRefused(run("verify", nowhere), nowhere);
        assertRefused(run("backup", nowhere, copy(0)), nowhere);
        assertRefused(run("recover", "--accept-loss", nowhere), nowhere);
        assertThat(Path.of(nowhere)).doesNotExist();
    }

    private static void assertRefused(Ended ended, String mention) {
        assertThat(ended.code).as(ended.toString()).isEqualTo(1);
        assertThat(ended.err.lines().toList())
                .singleElement()
                .asString()
                .startsWith("plinth: ")
                .contains(mention)
                .endsWith(".")
                .doesNotContain("Exception");
        assertThat(ended.out).isEmpty();
    }

    private void writeInProcess() {
        try (Engine engine = Engine.open(Path.of(data()))) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            key = engine.admin().createKey(workspace, "test").call().secret().orElseThrow();
            for (int i = 0; i < 10; i++) {
                engine.client(key).resources().create("resource " + i).call();
            }
        }
    }

    private void flip(String text) throws IOException {
        Path segment = Path.of(data(), "journal-0000000001");
        int at = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1).indexOf(text);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            file.write(text.charAt(0) ^ 1);
        }
    }

    private List<Thread> startWriters(CountDownLatch enough) {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            Thread thread = new Thread(() -> write(writer, enough));
            writers.add(thread);
            thread.start();
        }
        return writers;
    }

    private void write(int writer, CountDownLatch enough) {
        try {
            for (int i = 0; writing.get(); i++) {
                HttpResponse<String> made = http.send(
                        request("/v1/resources", key)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + writer + "-" + i + "\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (made.statusCode() == 429) {
                    i--;
                    continue;
                }
                assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
                acknowledged.incrementAndGet(writer);
                enough.countDown();
            }
        } catch (IOException gone) {
            writing.set(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int[] acknowledgedNow() {
        int[] now = new int[WRITERS];
        for (int i = 0; i < WRITERS; i++) {
            now[i] = acknowledged.get(i);
        }
        return now;
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    private void raisePlan() throws Exception {
        String list = http.send(
                        request("/admin/v1/workspaces", ADMIN).GET().build(), HttpResponse.BodyHandlers.ofString())
                .body();
        Matcher id = Pattern.compile("ws_[0-9a-z]{26}").matcher(list);
        assertThat(id.find()).as(list).isTrue();
        HttpRequest patch = request("/admin/v1/workspaces/" + id.group(), ADMIN)
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"plan\":\"business\"}"))
                .build();
        assertThat(http.send(patch, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Bearer " + token);
    }

    private void awaitListening(Process server) throws IOException {
        BufferedReader lines = server.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher shown = KEY.matcher(line);
            if (key.isEmpty() && shown.find()) {
                key = shown.group();
            }
            Matcher listening = LISTENING.matcher(line);
            if (listening.matches()) {
                address = listening.group(1);
                return;
            }
        }
        throw new AssertionError("Expected the jar to serve, but it ended: " + Files.readString(base.resolve("err")));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("plinth.jar")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("PLINTH_") || name.equals("JAVA_TOOL_OPTIONS"));
        return builder.redirectError(base.resolve("err").toFile()).start();
    }

    private Ended run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out, Files.readString(base.resolve("err")));
    }

    private String data() {
        return base.resolve("data").toString();
    }

    private String copy(int number) {
        return base.resolve("copy-" + number).toString();
    }

    private record Ended(int code, String out, String err) {}
}
