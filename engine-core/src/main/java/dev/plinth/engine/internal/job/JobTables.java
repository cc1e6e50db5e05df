package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.RetentionTimes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TableName.Owner;
import dev.plinth.engine.internal.base.TransferredTable;
import dev.plinth.engine.internal.timer.DueIndex;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class JobTables {
    static final int DUE_KIND = 1;
    /** The kind of due work for finished jobs, which are due at the time of their end. */
    static final int FINISHED_DUE_KIND = 3;

    static final SetKey RUNNING = SetKey.of(SetKinds.JOBS_RUNNING, 0);

    static final TableName JOBS =
            new TableName(8, "jobs", 32, 260, 0.7, Owner.KEY, JobTables::index).keptFor(RetentionTimes::jobs);
    /** The job of each unique key. */
    static final TableName UNIQUE = new TableName(10, "unique jobs", 32, 40, 0.1, Owner.KEY);

    private static final Id ENGINE = new Id(IdKind.WORKSPACE, 0, 0);
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final int UNUSED_BITS = 3;

    private JobTables() {}

    static List<TransferredTable> transferred() {
        return List.of(
                new TransferredTable(
                        JOBS,
                        TransferredTable.Stage.IN_STEPS,
                        row -> JobRow.read(row).facts().number(),
                        (key, row, other) -> JobRow.read(row).transferred(other).row()),
                TransferredTable.plain(JobPieces.PIECES),
                TransferredTable.plain(UNIQUE),
                LeasedTypes.transferred(),
                Cancellations.transferred());
    }

    /**
     * Returns the number by which a workspace takes its turn at the places of this JVM, in random order. Two workspaces
     * with the same number would take turns as one; that is too unlikely to matter.
     */
    static long turn(Id workspace) {
        long mixed = (workspace.high() * SPREAD ^ workspace.low()) * SPREAD;
        return (mixed ^ mixed >>> Integer.SIZE) >>> UNUSED_BITS;
    }

    /** The turns of the workspaces that have queued jobs of a type and priority. */
    static SetKey turns(String type, int priority) {
        return SetKey.of(SetKinds.TURNS_READY, ENGINE, priority + type);
    }

    /** The queued jobs of the workspace whose turn it is. */
    static SetKey readyOf(long turn, String type, int priority) {
        return SetKey.of(SetKinds.JOBS_READY_OF_TURN, new Id(IdKind.WORKSPACE, 0, turn), priority + type);
    }

    static SetKey readyIn(Id workspace, String type, int priority) {
        return SetKey.of(SetKinds.JOBS_READY_IN_WORKSPACE, workspace, priority + type);
    }

    static SetKey byStatus(Id workspace, JobStatus status) {
        return SetKey.of(SetKinds.JOBS_BY_STATUS, workspace, status.wireName());
    }

    static SetKey byType(Id workspace, String type) {
        return SetKey.of(SetKinds.JOBS_BY_TYPE, workspace, type);
    }

    /**
     * Returns the set of a workspace's jobs on a resource, its own or another's. A set of all jobs on the resource
     * would reveal, by the length of a page, how many other workspaces have.
     */
    static SetKey byResource(Id workspace, Id resource) {
        return SetKey.of(SetKinds.JOBS_BY_RESOURCE, workspace, resource);
    }

    /** The jobs of a workspace on a resource, its own or another's, that are not final. */
    static SetKey openOn(Id resource, Id workspace) {
        return SetKey.of(SetKinds.JOBS_OPEN_ON_RESOURCE, resource, workspace.text());
    }

    private static @Nullable SetKey open(JobRow row) {
        Id resource = row.facts().resource();
        return resource == null || row.status().isFinal()
                ? null
                : openOn(resource, row.facts().workspace());
    }

    private static void moveOpen(Memberships sets, @Nullable SetKey from, @Nullable SetKey to, long number) {
        if (from != null && to == null) {
            sets.remove(from, number);
        } else if (from == null && to != null) {
            sets.add(to, number);
        }
    }

    private static void index(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        JobRow old = before == null ? null : JobRow.read(before);
        JobRow row = after == null ? null : JobRow.read(after);
        if (old != null && row != null) {
            change(old, row, sets);
        } else if (row != null) {
            lasting(row).forEach(set -> sets.add(set, row.facts().number()));
            enter(row, sets);
            moveOpen(sets, null, open(row), row.facts().number());
            DueIndex.move(sets, DUE_KIND, row.facts().number(), DueIndex.NEVER, row.nextDue());
            DueIndex.move(sets, FINISHED_DUE_KIND, row.facts().number(), DueIndex.NEVER, row.finishedAt());
            sets.place(row.facts().number(), JOBS, key);
        } else if (old != null) {
            lasting(old).forEach(set -> sets.remove(set, old.facts().number()));
            leave(old, sets);
            moveOpen(sets, open(old), null, old.facts().number());
            DueIndex.move(sets, DUE_KIND, old.facts().number(), old.nextDue(), DueIndex.NEVER);
            DueIndex.move(sets, FINISHED_DUE_KIND, old.facts().number(), old.finishedAt(), DueIndex.NEVER);
            sets.unplace(old.facts().number());
        }
    }

    private static void change(JobRow old, JobRow row, Memberships sets) {
        long number = row.facts().number();
        if (old.status() != row.status()) {
            leave(old, sets);
            enter(row, sets);
        }
        if (old.status().isFinal() != row.status().isFinal()) {
            moveOpen(sets, open(old), open(row), number);
        }
        DueIndex.move(sets, DUE_KIND, number, old.nextDue(), row.nextDue());
        DueIndex.move(sets, FINISHED_DUE_KIND, number, old.finishedAt(), row.finishedAt());
    }

    private static List<SetKey> lasting(JobRow row) {
        JobRow.Facts facts = row.facts();
        List<SetKey> sets = new ArrayList<>(3);
        sets.add(SetKey.of(SetKinds.JOBS, facts.workspace()));
        sets.add(byType(facts.workspace(), facts.type()));
        Id resource = facts.resource();
        if (resource != null) {
            sets.add(byResource(facts.workspace(), resource));
        }
        return sets;
    }

    static SetKey ofAllByStatus(JobStatus status) {
        return SetKey.of(SetKinds.JOBS_OF_ALL_BY_STATUS, status.ordinal());
    }

    private static void enter(JobRow row, Memberships sets) {
        JobRow.Facts facts = row.facts();
        passing(row).forEach(set -> sets.add(set, facts.number()));
        if (row.status() == JobStatus.QUEUED) {
            long turn = turn(facts.workspace());
            sets.add(readyOf(turn, facts.type(), facts.priority()), facts.number());
            sets.add(turns(facts.type(), facts.priority()), turn);
        }
    }

    private static void leave(JobRow row, Memberships sets) {
        JobRow.Facts facts = row.facts();
        passing(row).forEach(set -> sets.remove(set, facts.number()));
        if (row.status() == JobStatus.QUEUED) {
            long turn = turn(facts.workspace());
            if (sets.remove(readyOf(turn, facts.type(), facts.priority()), facts.number())) {
                sets.remove(turns(facts.type(), facts.priority()), turn);
            }
        }
    }

    private static List<SetKey> passing(JobRow row) {
        List<SetKey> sets = new ArrayList<>(4);
        sets.add(ofAllByStatus(row.status()));
        sets.add(byStatus(row.facts().workspace(), row.status()));
        if (row.status() == JobStatus.QUEUED) {
            sets.add(readyIn(
                    row.facts().workspace(), row.facts().type(), row.facts().priority()));
        } else if (row.status() == JobStatus.RUNNING && row.lease() == null) {
            sets.add(RUNNING);
        }
        return sets;
    }

    /** The job that is not final and has a unique key; null if none has. */
    static @Nullable Id holder(Rows rows, byte[] unique) {
        byte[] row = rows.get(UNIQUE, unique);
        return row == null ? null : new RowReader(row, 1).id(IdKind.JOB);
    }
}
