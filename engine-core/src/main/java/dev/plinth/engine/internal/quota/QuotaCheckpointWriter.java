package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import dev.plinth.engine.internal.timer.WriteBehind;
import dev.plinth.engine.settings.EngineClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes rough checkpoints of used units, so that a restart grants no second burst and no call pays for it.
 *
 * <p>A bucket asks to be written whenever an eighth of a burst has been used since its last checkpoint. So a workspace
 * costs a few small rows a minute however often it calls, and an idle one costs none. At the end all buckets with used
 * units are written. A crash gives back the unwritten units, about an eighth of a burst.
 */
public final class QuotaCheckpointWriter extends WriteBehind<QuotaCheckpointWriter.PendingCheckpoint> {
    /** The checkpoint of each workspace, by its id. */
    public static final TableName<?> CHECKPOINTS =
            TableName.of(21, "quota checkpoints", 16, 32, 0.1, TableName.Owner.ENGINE);

    /** Parts of a burst after each of which a bucket is written. */
    static final int PARTS_OF_BURST = 8;

    private static final int ROWS_PER_RECORD = 200;

    private final EngineClock clock;
    private final Store store;
    private final AtomicReference<@Nullable Noted> noted = new AtomicReference<>();
    private volatile Runnable wake = () -> {};

    /** Makes the writer of an engine. */
    public QuotaCheckpointWriter(Committer committer, EngineClock clock, Store store) {
        super(committer, ROWS_PER_RECORD);
        this.clock = clock;
        this.store = store;
    }

    /** Returns the tables whose rows move with a workspace. */
    public static List<TransferredTable> transferred() {
        return List.of(
                TransferredTable.plain(CHECKPOINTS, (key, row, ids) -> {}).at(TransferredTable.Stage.IN_LAST_RECORD));
    }

    /** Returns the purge of a workspace's checkpoint. */
    public static WorkspacePurge purge() {
        return (context, workspace, batch) -> batch.removeIfPresent(context.rows(), CHECKPOINTS, workspace.key());
    }

    /** Sets the listener that learns that there is something to write. It must be quick. */
    public void onNoted(Runnable listener) {
        wake = listener;
    }

    /** Returns the checkpoint of a workspace, or null. */
    @Nullable
    QuotaCheckpoint of(Id workspace) {
        byte[] row = store.viewToAnswer().get(CHECKPOINTS, workspace.key());
        return row == null ? null : QuotaCheckpoint.read(row);
    }

    /** Adds a bucket that is to be written. The bucket makes sure that it is added once. */
    void note(Bucket bucket) {
        Noted before = noted.getAndUpdate(rest -> new Noted(bucket, rest));
        if (before == null) {
            wake.run();
        }
    }

    @Override
    public boolean hasReady() {
        return noted.get() != null;
    }

    @Override
    public boolean startReady(long nowMillis) {
        List<Bucket> buckets = new ArrayList<>();
        for (Noted each = noted.getAndSet(null); each != null; each = each.before) {
            buckets.add(each.bucket);
        }
        writeBuckets(buckets);
        return true;
    }

    /** Writes these buckets. If the store refuses, a restart gives back more units; no call depends on it. */
    void writeBuckets(Collection<Bucket> buckets) {
        List<PendingCheckpoint> entries = new ArrayList<>();
        for (Bucket bucket : buckets) {
            QuotaCheckpoint checkpoint = bucket.checkpoint(clock.nanoTime(), store.nowMillis());
            // Also overwrite an old checkpoint with an empty one. Otherwise a slower plan would count units that have
            // long refilled.
            if (checkpoint != null && (!checkpoint.isNothing() || of(bucket.workspace()) != null)) {
                entries.add(new PendingCheckpoint(bucket.workspace(), checkpoint));
            }
        }
        write(entries);
    }

    @Override
    protected Command.Change change(List<PendingCheckpoint> entries) {
        return context -> {
            Changes changes = new Changes();
            for (PendingCheckpoint entry : entries) {
                if (!DeletedWorkspaces.has(context.rows(), entry.workspace)) {
                    changes.put(CHECKPOINTS, entry.workspace.key(), entry.checkpoint.row());
                }
            }
            return Decision.of(changes, Outcome.Done.ok(new byte[0]));
        };
    }

    @Override
    protected String named(int count) {
        return "the used units of " + count + " workspaces";
    }

    /** Returns the nanoseconds from a stored moment to now, by the clock of the records. */
    long elapsedNanos(long sinceMillis) {
        return TimeUnit.MILLISECONDS.toNanos(Math.max(0, store.nowMillis() - sinceMillis));
    }

    /** A checkpoint that is to be written. */
    record PendingCheckpoint(Id workspace, QuotaCheckpoint checkpoint) {}

    /** A stack of the buckets that are to be written. */
    private record Noted(Bucket bucket, @Nullable Noted before) {}
}
