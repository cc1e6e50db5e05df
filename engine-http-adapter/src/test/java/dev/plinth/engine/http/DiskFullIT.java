package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.SmallFilesServer;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.http.JsonApi.Answer;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is full: writes are refused, reads go on, nothing is lost, and when there is room again it goes on by itself. */
@Timeout(1800)
@Tag("scaled")
class DiskFullIT {
    private static final int CYCLES = TestScale.count(1, 3, 50);
    private static final int MEGABYTES = 16;
    /** Events of the resources that are gone again stay, in two snapshots and the journal behind the older one. */
    private static final int MEGABYTES_PER_CYCLE = 4;

    private static final int WORK_MEGABYTES = 200;
    private static final int WORK_DATA_CHARS = 60_000;
    private static final int LEFT_BYTES = 700 * 1024;
    private static final int DATA_CHARS = 3000;
    private static final int WRITES_MAX = 2000;
    private static final long RESUMES_SECONDS = 120;
    private static final String ADMIN = "operator-secret-of-tests";

    @TempDir
    private Path base;

    private final Map<String, Answer> acknowledged = new LinkedHashMap<>();

    @Test
    void diskFull_whileServing_refusesWritesOnlyAndGoesOnWhenThereIsRoom() throws Exception {
        try (SmallDisk disk = SmallDisk.make(base, MEGABYTES + CYCLES * MEGABYTES_PER_CYCLE)) {
            ServedProcess server = start(disk);
            JsonApi api = new JsonApi(server.key());
            try {
                for (int cycle = 0; cycle < CYCLES; cycle++) {
                    api.connect(server.base());
                    disk.fill(LEFT_BYTES);
                    writeUntilFull(api, cycle + "-");
                    checkAll(api);
                    if (cycle % 2 == 0) {
                        server.kill();
                        server = start(disk);
                        api.connect(server.base());
                        checkAll(api);
                    }
                    disk.free();
                    writeUntilTaken(api, cycle + "-again");
                    checkAll(api);
                    endAll(api);
                }
            } finally {
                server.close();
            }
        }
    }

    @Test
    void diskFull_workOfTheHost_runsOnceWhenThereIsRoom() throws IOException {
        try (SmallDisk disk = SmallDisk.make(base, WORK_MEGABYTES);
                Engine engine = Engine.builder()
                        .directory(disk.path().resolve("store"))
                        .durability(Durability.OS)
                        .tables(Tables.HEAP)
                        .plan(Plan.perMinute("wide", 1_000_000))
                        .open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "wide").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            Call create = Call.of("POST", "/v1/resources")
                    .withKey(key)
                    .withBody(Json.of("{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(WORK_DATA_CHARS) + "\"}}"));
            disk.fill(0);
            for (int i = 0; engine.call(create).status() == 201; i++) {
                assertThat(i).isLessThan(WRITES_MAX);
            }
            AtomicInteger done = new AtomicInteger();
            Supplier<Json> work = () -> Json.of("{\"n\":" + done.incrementAndGet() + "}");

            assertThatThrownBy(() -> engine.idempotent(workspace, "charge-1", "12.50", work))
                    .isInstanceOfSatisfying(
                            PlinthException.class,
                            refused -> assertThat(refused.code()).isEqualTo("capacity_exhausted"));
            assertThat(done).hasValue(0);
            disk.free();

            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESUMES_SECONDS);
            while (engine.call(create).status() == 503 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(engine.idempotent(workspace, "charge-1", "12.50", work)).hasToString("{\"n\":1}");
            assertThat(engine.idempotent(workspace, "charge-1", "12.50", work)).hasToString("{\"n\":1}");
            assertThat(done).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64 * 1024, 8 * 1024 * 1024})
    void diskFull_atTheFirstStart_exitsWithOneAndOneSentence(int left) throws Exception {
        try (SmallDisk disk = SmallDisk.make(base, MEGABYTES)) {
            disk.fill(left);
            Path err = base.resolve("err");
            Process process = ServedProcess.builder(
                            "-jar",
                            System.getProperty("plinth.jar"),
                            "serve",
                            "--port=0",
                            "--data=" + disk.path().resolve("store"))
                    .redirectError(err.toFile())
                    .start();

            assertThat(process.waitFor(RESUMES_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            // A newer JVM warns by itself (JEP 498); the program does not.
            assertThat(Files.readAllLines(err).stream().filter(line -> !line.startsWith("WARNING: ")))
                    .singleElement()
                    .asString()
                    .matches("plinth: Expected .*, but .*(?i:space).*\\.");
        }
    }

    private void writeUntilFull(JsonApi api, String prefix) throws IOException, InterruptedException {
        for (int i = 0; i < WRITES_MAX; i++) {
            Answer answer = write(api, prefix + i);
            if (answer.status() == 503) {
                assertThat(answer.json().get("code")).isEqualTo("capacity_exhausted");
                assertThat(answer.json().get("retryable")).isEqualTo(true);
                assertThat(answer.retryAfter()).as("Retry-After").matches("[1-9]\\d*");
                return;
            }
        }
        throw new AssertionError("Expected a refusal within " + WRITES_MAX + " writes, but all were taken");
    }

    private void writeUntilTaken(JsonApi api, String key) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESUMES_SECONDS);
        Answer answer = write(api, key);
        while (answer.status() == 503 && System.nanoTime() < end) {
            answer = write(api, key);
        }
        assertThat(answer.status()).as("once there is room: %s", answer.body()).isEqualTo(201);
    }

    private Answer write(JsonApi api, String key) throws IOException, InterruptedException {
        Answer answer = api.send("POST", "/v1/resources", key, body(key));
        if (answer.status() == 201) {
            acknowledged.put(key, answer);
        }
        return answer;
    }

    private static String body(String key) {
        return "{\"name\":\"" + key + "\",\"data\":{\"text\":\"" + "x".repeat(DATA_CHARS) + "\"}}";
    }

    /** Reads go on whether or not the disk is full, and replays are reads. */
    private void checkAll(JsonApi api) throws IOException, InterruptedException {
        for (Map.Entry<String, Answer> made : acknowledged.entrySet()) {
            Answer shown = api.get(made.getValue().location().orElseThrow());
            assertThat(shown.body()).isEqualTo(made.getValue().body());
            Answer again = api.send("POST", "/v1/resources", made.getKey(), body(made.getKey()));
            assertThat(again.replayed())
                    .as("%s is replayed: %s", made.getKey(), again.body())
                    .isTrue();
            assertThat(again.first()).isEqualTo(made.getValue());
        }
        assertThat(api.all("/v1/resources")).hasSameSizeAs(acknowledged.values());
    }

    /** Takes everything out again, so that the next cycle has a disk as large as the first. */
    private void endAll(JsonApi api) throws IOException, InterruptedException {
        for (Answer made : acknowledged.values()) {
            String path = made.location().orElseThrow();
            assertThat(api.send("POST", path + "/archive", "", "").status()).isEqualTo(200);
            assertThat(api.send("DELETE", path, "", "").status()).isEqualTo(200);
        }
        acknowledged.clear();
    }

    private ServedProcess start(SmallDisk disk) throws IOException {
        return new ServedProcess(
                base.resolve("err"),
                "-cp",
                System.getProperty("java.class.path"),
                SmallFilesServer.class.getName(),
                disk.path().resolve("store").toString(),
                "HEAP",
                "FSYNC",
                ADMIN,
                base.resolve("heard").toString());
    }
}
