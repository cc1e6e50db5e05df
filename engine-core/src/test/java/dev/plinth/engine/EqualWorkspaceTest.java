package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.api.WorkspaceTransfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A workspace with as many resources, children, jobs and open deliveries answers to each call in another store as in its
 * own: each page, each thing, and each remembered answer to the byte.
 */
@Tag("portable")
@Timeout(3_000)
@Tag("scaled")
final class EqualWorkspaceTest {
    private static final int EACH = TestScale.count(300, 100_000, 100_000);
    private static final int LANES = 100;
    private static final int REMEMBERED = EACH / 10;

    @TempDir
    private Path base;

    @Test
    void workspace_inAnotherStore_givesTheSameAnswersToAllCalls() throws IOException {
        Path key = Files.write(base.resolve("transfer.key"), new byte[32]);
        Path file = base.resolve("workspace.export");
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            source.answerWith(number -> 500);
            String workspace = source.newWideWorkspace();
            source.use(source.newKey(workspace));
            List<String> remembered = fill(source);
            source.pass(Duration.ofMinutes(10));
            target.pass(Duration.ofMillis(source.clock.epochMillis() - target.clock.epochMillis()));
            Map<String, Long> before = ComparedAnswers.of(source);

            WorkspaceTransfer exported = source.engine().admin().exportWorkspace(workspace, file, key);
            WorkspaceTransfer imported = target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            target.use(source.key());
            assertThat(imported.rows()).isEqualTo(exported.rows());
            Map<String, Long> after = ComparedAnswers.of(target);
            assertThat(after.size()).isEqualTo(before.size()).isGreaterThan(6 * EACH);
            before.forEach(
                    (path, answer) -> assertThat(after.get(path)).as(path).isEqualTo(answer));
            source.pass(Duration.ofSeconds(1)); // the plan allows as many calls again
            target.pass(Duration.ofSeconds(1));
            assertThat(replayed(target)).isEqualTo(remembered);
            assertThat(replayed(source)).isEqualTo(remembered);
        }
    }

    /** Fills a workspace, and returns the answers that are remembered. */
    private static List<String> fill(TestEngine store) {
        String endpoint = store.endpoint();
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"order.*\"]}");
        String resource = "";
        List<String> lanes = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
            if (i % 10_000 == 0) {
                store.pass(Duration.ofSeconds(1)); // the plan allows only so many calls
            }
            resource = store.make(
                    "/v1/resources",
                    "{\"name\":\"r" + i + "\",\"type\":\"t" + i % 3 + "\",\"metadata\":{\"k\":\"v" + i % 7
                            + "\"},\"data\":{\"n\":" + i + "}}");
            lanes.add(resource);
            store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c" + i + "\"}");
            String more = i % 3 == 0 ? ",\"runAt\":\"2026-02-01T00:00:00Z\"" : ",\"resourceId\":\"" + resource + "\"";
            store.make(
                    "/v1/jobs",
                    "{\"type\":\"idle\",\"priority\":" + (1 + i % 3) + ",\"input\":{\"n\":" + i + "}" + more + "}");
            store.make(
                    "/v1/events",
                    "{\"type\":\"order.paid\",\"resourceId\":\"" + lanes.get(i % LANES) + "\",\"data\":{\"n\":" + i
                            + "}}");
            if (i % 50 == 0) {
                store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"changed\"}");
                store.call("DELETE", "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"gone\"}"));
            }
        }
        return replayed(store);
    }

    /** Makes calls under idempotency keys, or makes them again, and returns their answers. */
    private static List<String> replayed(TestEngine store) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < REMEMBERED; i++) {
            Reply made = i % 100 == 0
                    ? store.keyed("k" + i, "POST", "/v1/keys", "{\"name\":\"another\"}")
                    : store.keyed("r" + i, "POST", "/v1/resources", "{\"name\":\"remembered\"}");
            assertThat(made.status()).as(made.text()).isEqualTo(201);
            answers.add(
                    made.status() + "\n" + made.header("Location") + "\n" + made.header("ETag") + "\n" + made.text());
        }
        return answers;
    }
}
