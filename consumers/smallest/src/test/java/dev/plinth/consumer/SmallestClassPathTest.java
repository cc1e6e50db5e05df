package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The engine with nothing beside it but what it brings: it does everything but three things, and names what these need. */
class SmallestClassPathTest {
    private static final long BYTES_MAX = 3_600_000;
    private static final List<String> OF_THE_TESTS =
            List.of("junit", "assertj", "opentest4j", "apiguardian", "byte-buddy", "surefire", "maven", "plexus");

    @Test
    void classPath_ofTheEngine_isSmall() {
        List<File> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(File::new)
                .filter(file -> file.getName().endsWith(".jar"))
                .filter(file -> OF_THE_TESTS.stream().noneMatch(file.getName()::startsWith))
                .toList();
        assertThat(jars)
                .extracting(file -> file.getName().replaceAll("-[0-9].*", ""))
                .containsExactlyInAnyOrder("engine-core", "caffeine", "jackson-annotations", "jspecify");
        assertThat(jars.stream().mapToLong(File::length).sum()).isLessThan(BYTES_MAX);
    }

    @Test
    void engine_inMemory_doesAllThatNeedsNothingElse() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (Engine engine = Engine.builder()
                .inMemory()
                .jobHandler("greet", job -> job.input())
                .listener("log", (workspace, event) -> heard.add(event.type()))
                .open()) {
            PlinthClient client = client(engine);
            Resource made = client.resources().create("one").idempotencyKey("k").call();
            assertThat(client.resources().create("one").idempotencyKey("k").call())
                    .isEqualTo(made);
            assertThat(client.job(client.startJob("greet", Json.EMPTY_OBJECT).call().jobId(), Duration.ofSeconds(30))
                            .call()
                            .status())
                    .isEqualTo(JobStatus.SUCCEEDED);
            assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("key.created");
        }
    }

    @Test
    void offHeapTables_withoutTheirLibrary_nameIt() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Engine.builder().tables(Tables.OFF_HEAP).open())
                .withMessage("Off-heap tables need dev.plinth:engine-off-heap, which is not on the class path;"
                        + " add that dependency in the version of engine-core, or use heap tables.");
    }

    @Test
    void schema_withoutItsLibrary_namesIt() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Engine.builder()
                        .resourceType("order", Json.EMPTY_OBJECT)
                        .open())
                .withMessage("A type with a JSON Schema needs dev.plinth:engine-schema-validator, which is not on the"
                        + " class path; add that dependency in the version of engine-core, or register no types.");
    }

    @Test
    void webhook_withoutItsLibrary_isNotSentAndTheLogNamesIt() {
        Log log = new Log();
        Logger logger = Logger.getLogger("dev.plinth");
        logger.addHandler(log);
        try (Engine engine = Engine.builder().webhookAllow("127.0.0.0/8").open()) {
            PlinthClient client = client(engine);
            String endpoint = client.createWebhook("http://127.0.0.1:9/hook", "resource.created")
                    .call()
                    .id();
            assertThat(client.webhooks().test(endpoint).call().delivered()).isFalse();
        } finally {
            logger.removeHandler(log);
        }
        assertThat(log.lines)
                .anySatisfy(line -> assertThat(line).contains("Webhooks need dev.plinth:engine-webhook-client, which is not"
                        + " on the class path; add that dependency in the version of engine-core,"));
    }

    private static PlinthClient client(Engine engine) {
        Workspace workspace = engine.admin().createWorkspace("acme", "pro").call();
        return engine.client(engine.admin()
                .createKey(workspace.id(), "key")
                .call()
                .secret()
                .orElseThrow());
    }

    /** Keeps what is logged. */
    private static final class Log extends Handler {
        private final List<String> lines = new ArrayList<>();

        @Override
        public synchronized void publish(LogRecord entry) {
            lines.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
