package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.inbox.InboxRecorder;
import dev.plinth.engine.inbox.InboxResult;
import dev.plinth.engine.inbox.InboxRow;
import dev.plinth.engine.inbox.InboxSession;
import dev.plinth.engine.inbox.RowName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whenever a process ends while it applies rows, the next one applies exactly those that are not remembered. */
@Tag("portable")
@Tag("scaled")
@Timeout(120)
final class InboxCrashTest {
    private static final String NAME = "orders";
    private static final int CUTS = 12;
    private static final int ROWS = 20;

    @TempDir
    private Path directory;

    private static List<InboxRow> rows(Engine engine, String workspace) {
        List<InboxRow> rows = new ArrayList<>();
        for (int i = 1; i <= ROWS; i++) {
            InboxRecorder recorder = engine.inboxRecorder();
            String made = recorder.effects().create(NewResource.of("r" + i));
            String unused = recorder.effects().createChild(made, NewResource.of("c"));
            recorder.effects().publish("order.paid", Json.EMPTY_OBJECT);
            rows.add(new InboxRow(
                    new RowName(i, new UUID(1, i)), workspace, 1, recorder.end().toString()));
        }
        return rows;
    }

    @Test
    void apply_cutAnywhere_theNextProcessAppliesEachRowOnce() throws IOException {
        List<InboxRow> rows;
        CrashedDirectory crashed;
        Path live = directory.resolve("live");
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(live, builder))) {
            String workspace = store.newWorkspace("orders");
            rows = rows(store.engine(), workspace);
            InboxSession session = store.engine().inbox(NAME);
            crashed = CrashedDirectory.begin(live);
            session.apply(rows.subList(0, ROWS / 2), new HashSet<>());
            session.forget();
            session.apply(rows.subList(ROWS / 2, ROWS), new HashSet<>());
            crashed.end();
        }
        int parts = 0;
        for (int cut = 0; cut <= CUTS; cut++) {
            Path copy = crashed.cut((double) cut / CUTS, directory.resolve("cut" + cut));
            try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(copy, builder))) {
                long before = store.rows("resources");
                assertThat(store.rows("children")).isEqualTo(before);
                InboxSession session = store.engine().inbox(NAME);
                // The database has the rows that were not deleted: all of them before forget, the second half after it.
                boolean forgotten = before > ROWS / 2;
                List<InboxRow> left = forgotten ? rows.subList(ROWS / 2, ROWS) : rows;
                long remembered = forgotten ? before - ROWS / 2 : before;
                assertThat(session.remembered()).hasSize((int) remembered);

                List<InboxResult> results = session.apply(
                        left.stream()
                                .filter(row -> !session.remembered().contains(row.name()))
                                .toList(),
                        new HashSet<>());

                assertThat(results).allMatch(result -> result.fate() == InboxResult.Fate.APPLIED);
                assertThat(session.apply(left.subList(0, 3), new HashSet<>()))
                        .allMatch(result -> result.fate() == InboxResult.Fate.APPLIED_BEFORE);
                assertThat(store.rows("resources")).isEqualTo(ROWS);
                assertThat(store.rows("children")).isEqualTo(ROWS);
                parts += before > 0 && before < ROWS ? 1 : 0;
            }
        }
        assertThat(parts).isPositive();
    }
}
