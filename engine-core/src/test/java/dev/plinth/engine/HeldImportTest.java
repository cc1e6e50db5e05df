package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.WorkspaceImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that nothing acts on the rows of an import that goes on, and that an import without a caller ends. */
@Timeout(300)
final class HeldImportTest {
    /** More than one look at due work passes over. */
    private static final int SCHEDULED = 1_200;

    private static final Pattern TOKEN = Pattern.compile("\"leaseToken\":\"([^\"]+)\"");

    private final HeldIds ids = new HeldIds();
    private final List<CompletableFuture<?>> imports = new ArrayList<>();

    @TempDir
    private Path base;

    private Path key;
    private Path file;
    private TestEngine source;
    private TestEngine target;
    private String workspace;

    @BeforeEach
    void open() throws IOException {
        key = Files.write(base.resolve("transfer.key"), new byte[32]);
        file = base.resolve("workspace.export");
        source = TestEngine.inMemory();
        target = TestEngine.open(builder -> builder.ids(ids));
        workspace = source.newWideWorkspace();
        source.use(source.newKey(workspace));
    }

    @AfterEach
    void close() {
        ids.release();
        imports.forEach(each -> each.exceptionally(failure -> null).join());
        target.close();
        source.close();
    }

    @Test
    void rows_ofAnImportThatGoesOn_areLeftAloneUntilItIsComplete() {
        fill();
        Instant start = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(2));
        for (int i = 0; i < SCHEDULED; i++) {
            source.make("/v1/jobs", "{\"type\":\"idle\",\"input\":{},\"runAt\":\"" + start.plusMillis(i) + "\"}");
        }
        source.engine().admin().exportWorkspace(workspace, file, key);
        target.days(60);
        String own = target.make(
                "/v1/jobs", "{\"type\":\"idle\",\"input\":{},\"runAt\":\"" + now().plus(Duration.ofMinutes(5)) + "\"}");
        target.pass(Duration.ofMinutes(2)); // the use of its key is written
        CompletableFuture<?> held = holdAtTheLastSecret();
        Map<String, Long> before = target.rows();
        assertThat(before.get("jobs")).isGreaterThan(SCHEDULED);
        assertThat(before.get("attempts")).isPositive();
        assertThat(before.get("job pieces")).isPositive();
        assertThat(before.get("key uses")).isPositive();
        assertThat(before.get("endpoint remains")).isPositive();
        assertThat(before.get("leased types")).isPositive();
        long changes = target.engine().store().lastSequence();
        int received = source.received();

        target.pass(Duration.ofMinutes(1));

        assertThat(target.engine().store().lastSequence())
                .as("records while only the imported rows are due")
                .isEqualTo(changes);
        target.pass(Duration.ofMinutes(10));
        assertThat(target.text("/v1/jobs/" + own)).contains("\"queued\"");
        before.merge("events", target.text("/v1/events").split("\"id\":\"evt").length - 1L, Long::sum);
        assertThat(target.rows("jobs")).isEqualTo(before.get("jobs"));
        assertThat(source.received()).isEqualTo(received);
        for (String table : List.of("attempts", "job pieces", "deliveries", "keys", "key uses", "endpoint remains")) {
            assertThat(target.rows(table)).as(table).isEqualTo(before.get(table));
        }

        ids.release();
        held.join();
        target.days(60);
        for (String table : List.of("attempts", "deliveries", "endpoint remains", "leased types")) {
            assertThat(target.rows(table)).as(table).isZero();
        }
        assertThat(target.rows("job pieces"))
                .as("one for the input of each job that has not ended, and none of the others")
                .isEqualTo(target.rows("jobs"));
        target.use(source.key());
        assertThat(target.text("/v1/jobs?status=scheduled")).doesNotContain("job_");
        assertThat(target.text("/v1/jobs?status=running")).doesNotContain("job_");
    }

    @Test
    void import_whoseCallerIsGone_endsAndIsPurgedAndCanBeMadeAgain() throws InterruptedException {
        fill();
        source.engine().admin().exportWorkspace(workspace, file, key);
        CompletableFuture<?> held = holdAtTheLastSecret();
        target.pass(Duration.ofMinutes(14));
        assertThat(target.rows("resources")).isPositive();

        target.pass(Duration.ofMinutes(2));

        Patience.until(() -> target.engine().workspacesBeingDeleted() == 0);
        assertThat(target.rows("resources")).isZero();
        assertThat(target.rows("job pieces")).isZero();
        assertThat(target.rows("imported workspaces")).isZero();
        ids.release();
        assertThatThrownBy(held::join)
                .hasRootCauseInstanceOf(RuntimeException.class)
                .hasMessageContaining("was ended meanwhile. Import the file again.");
        target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));
        target.use(source.key());
        assertThat(target.text("/v1/resources")).contains("res_");
    }

    /** Makes rows of most kinds, and work that becomes due after some time. */
    private void fill() {
        source.answerWith(number -> number % 2 == 0 ? 200 : 500);
        String endpoint = source.endpoint();
        String gone = source.endpoint();
        for (int i = 0; i < 10; i++) {
            source.make("/v1/events", "{\"type\":\"order.paid\",\"data\":{\"n\":" + i + "}}");
        }
        source.pass(Duration.ofSeconds(1));
        source.call("DELETE", "/v1/webhook-endpoints/" + gone);
        source.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"order.*\"]}");
        String used = source.key();
        String revoked = source.make("/v1/keys", "{\"name\":\"revoked\"}");
        source.call("DELETE", "/v1/keys/" + revoked);
        String leased = source.make("/v1/jobs", "{\"type\":\"leased\",\"input\":{}}");
        assertThat(source.call("POST", "/v1/jobs/lease", "{\"types\":[\"leased\"],\"leaseSeconds\":3600}")
                        .text())
                .contains(leased);
        String done = source.make("/v1/jobs", "{\"type\":\"done\",\"input\":{\"text\":\"" + "x".repeat(9_000) + "\"}}");
        String taken = source.call("POST", "/v1/jobs/lease", "{\"types\":[\"done\"],\"leaseSeconds\":3600}")
                .text();
        Matcher token = TOKEN.matcher(taken);
        assertThat(token.find()).as(taken).isTrue();
        assertThat(source.call(
                                "POST",
                                "/v1/jobs/" + done + "/complete",
                                "{\"leaseToken\":\"" + token.group(1) + "\",\"result\":{\"text\":\"" + "y".repeat(9_000)
                                        + "\"}}")
                        .status())
                .isEqualTo(200);
        source.make("/v1/resources", "{\"name\":\"one\"}");
        // More answers than a step has, so that all rows before them are there when one of the last is reached.
        for (int i = 0; i < 1_500; i++) {
            source.keyed("e" + i, "POST", "/v1/events", "{\"type\":\"other\",\"data\":{}}");
        }
        for (int i = 0; i < 30; i++) {
            source.keyed("k" + i, "POST", "/v1/keys", "{\"name\":\"another\"}");
        }
        source.use(used);
        source.pass(Duration.ofMinutes(5)); // the last use of a key is written after a while
    }

    private Instant now() {
        return Instant.ofEpochMilli(target.clock.epochMillis());
    }

    /** Imports in a thread that is held at the last remembered answer with a secret. These answers come last. */
    private CompletableFuture<?> holdAtTheLastSecret() {
        HeldIds counting = new HeldIds();
        try (TestEngine other = TestEngine.open(builder -> builder.ids(counting))) {
            counting.hold(Thread.currentThread(), -1);
            other.engine().admin().importWorkspace(WorkspaceImport.of(file, key));
        }
        CompletableFuture<Object> end = new CompletableFuture<>();
        imports.add(end);
        Thread thread = new Thread(() -> {
            try {
                end.complete(target.engine().admin().importWorkspace(WorkspaceImport.of(file, key)));
            } catch (RuntimeException | Error e) {
                end.completeExceptionally(e);
            }
        });
        ids.hold(thread, counting.seen());
        thread.start();
        Patience.until(() -> ids.isHeld() || end.isDone());
        assertThat(end).isNotDone();
        return end;
    }
}
