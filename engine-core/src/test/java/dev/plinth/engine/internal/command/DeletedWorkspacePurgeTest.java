package dev.plinth.engine.internal.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests at which millisecond a deleted workspace is forgotten, and an import counts as left by its caller. */
final class DeletedWorkspacePurgeTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long IDLE =
            Duration.ofMinutes(Limits.IMPORT_IDLE_MINUTES).toMillis();

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(DeletedWorkspaces.TABLE, ImportedWorkspaces.TABLE), 1_000_000),
            new MemoryJournal(),
            clock);
    private final SweepWork purge = new DeletedWorkspacePurge();
    private final long start = clock.epochMillis();

    @Test
    void collect_workspaceWithoutRows_isForgottenADayLaterAndNotAMillisecondBefore() {
        commit(new Changes()
                .put(
                        DeletedWorkspaces.TABLE,
                        WORKSPACE.key(),
                        new DeletedWorkspaces.DeletedWorkspace(WORKSPACE, 1, start).row())
                .put(
                        DeletedWorkspaces.TABLE,
                        OTHER.key(),
                        new DeletedWorkspaces.DeletedWorkspace(OTHER, 2, start + 1).row()));
        assertThat(due()).isEqualTo(start + DAY);

        collect(start + DAY - 1);
        assertThat(isKnown(WORKSPACE)).isTrue();
        collect(start + DAY);

        assertThat(isKnown(WORKSPACE)).isFalse();
        assertThat(isKnown(OTHER)).isTrue();
        assertThat(due()).isEqualTo(start + 1 + DAY);
        collect(start + DAY + 1);
        assertThat(isKnown(OTHER)).isFalse();
        assertThat(due()).isEqualTo(SweepWork.NEVER);
    }

    @Test
    void collect_importWithoutAStep_isEndedAtItsMillisecondAndNotBefore() {
        Changes begun = new Changes();
        ImportedWorkspaces.begin(context(start), WORKSPACE, 10, 5, begun);
        commit(begun);
        assertThat(due()).isEqualTo(start + IDLE);

        collect(start + IDLE - 1);
        assertThat(unfinished()).isEqualTo(1);
        assertThat(DeletedWorkspaces.hasRows(store.viewToAnswer(), WORKSPACE)).isFalse();
        Changes step = new Changes();
        ImportedWorkspaces.resume(
                context(start + 7),
                ImportedWorkspaces.unfinished(store.viewToAnswer()).get(0),
                step);
        commit(step);
        assertThat(due()).as("it goes on").isEqualTo(start + 7 + IDLE);
        collect(start + IDLE);
        assertThat(unfinished()).isEqualTo(1);

        collect(start + 7 + IDLE);

        assertThat(unfinished()).isZero();
        assertThat(DeletedWorkspaces.hasRows(store.viewToAnswer(), WORKSPACE)).isTrue();
        assertThat(due()).as("its rows are to be purged").isZero();
    }

    private int unfinished() {
        return ImportedWorkspaces.unfinished(store.viewToAnswer()).size();
    }

    private boolean isKnown(Id workspace) {
        return DeletedWorkspaces.has(store.viewToAnswer(), workspace);
    }

    private long due() {
        return store.look(purge::nextDueMillis);
    }

    private void collect(long now) {
        SweepBatch batch = new SweepBatch();
        purge.collect(context(now), now, batch);
        commit(batch.changes());
    }

    private Context context(long now) {
        return new Context(Caller.OPERATOR, now, store.viewToAnswer(), ids, cipher, count -> 100);
    }

    private void commit(Changes changes) {
        if (!changes.writes().isEmpty()) {
            long unused = store.write(transaction -> transaction.append(changes.writes(), transaction.nowMillis()));
        }
    }
}
