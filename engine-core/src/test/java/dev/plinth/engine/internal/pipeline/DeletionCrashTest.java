package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.MemoryDirectory;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.FanOut;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The process dies at any operation of the disk while a resource with hundreds of children is deleted: it is there whole, or gone. */
@Timeout(600)
@Tag("scaled")
class DeletionCrashTest {
    private static final int CHILDREN = 450;
    private static final int OTHERS = 2;
    /** More than there are from the deletion to the close; each is a copy of a whole disk. */
    private static final int MOMENTS = 24;

    private static final Caller CALLER = Caller.engineFor(new Id(IdKind.WORKSPACE, 1, 1));
    private static final Content CONTENT = new Content("n", "t", Content.EMPTY, Content.EMPTY);

    private final long seed = TestScale.seed();

    @Test
    void deletion_processDiesAnywhere_isWholeOrHasNotBegun() {
        for (int round = 0; round < TestScale.count(20); round++) {
            Random random = new Random(seed + round);
            MemoryDirectory saved = new MemoryDirectory(
                    RandomCommands.TABLES, ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));
            Queue<MemoryDirectory> moments = new ConcurrentLinkedQueue<>();
            try (Store store = saved.open(Tables.HEAP)) {
                SeededIds ids = new SeededIds(random.nextLong());
                Commits commits = new Commits(store, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids));
                Id resource = archivedWithChildren(commits);
                AtomicBoolean busy = new AtomicBoolean(true);
                List<CompletableFuture<Void>> others = new ArrayList<>();
                for (int i = 0; i < OTHERS; i++) {
                    // They keep the disk busy, so that what is being deleted is written while it is.
                    others.add(CompletableFuture.runAsync(
                            () -> {
                                while (busy.get()) {
                                    commit(
                                            commits,
                                            context -> Events.publish(
                                                    context,
                                                    context.workspace(),
                                                    "payment.processed",
                                                    null,
                                                    "{}".getBytes(StandardCharsets.UTF_8)));
                                }
                            },
                            task -> new Thread(task).start()));
                }
                saved.dieAtOneIn(1, random, left -> {
                    moments.add(left);
                    if (moments.size() > MOMENTS) {
                        moments.remove(); // long before the deletion, which gets no processor
                    }
                });
                commit(commits, Resources.delete(resource, Precondition.NONE, Jobs::cancelOn, FanOut::rows));
                busy.set(false);
                others.forEach(CompletableFuture::join);
            }
            assertThat(moments).as("moments at which the process dies").isNotEmpty();
            for (MemoryDirectory left : moments) {
                Map<String, Integer> rows = new HashMap<>();
                for (Changes.Write row : left.rows()) {
                    rows.merge(row.table().name(), 1, Integer::sum);
                }
                assertThat(rows.getOrDefault("children", 0))
                        .as("children of %s; %s", rows, TestScale.repeatWith(seed))
                        .isEqualTo(CHILDREN * rows.getOrDefault("resources", 0));
            }
        }
    }

    private static Id archivedWithChildren(Commits commits) {
        Outcome.Done made = (Outcome.Done) commit(commits, Resources.create(CONTENT));
        JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(made.body());
        Id resource = Id.parse(IdKind.RESOURCE, ((JsonValue.Text) json.get("id")).value());
        for (int i = 0; i < CHILDREN; i++) {
            commit(commits, Children.create(resource, CONTENT));
        }
        commit(commits, Resources.move(resource, "archive", Precondition.NONE));
        return resource;
    }

    private static Outcome commit(Commits commits, Command.Change change) {
        Outcome outcome = commits.commit(CALLER, change);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return outcome;
    }
}
