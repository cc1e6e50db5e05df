package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces.ImportedWorkspace;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.settings.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Puts the rows of a checked file into the store, in steps, each of which is a record. The workspace itself is in the last
 * record. Before it no caller is admitted, no job begins and no webhook is sent. Not thread-safe.
 */
final class Importer implements LastImages.RowTaker {
    private static final byte[] NOTHING = {};

    private final Store store;
    private final Commits commits;
    private final CheckedExport checked;
    private final Plan plan;
    private final boolean pausesWebhooks;
    private final RowTranslation entering;
    private final ImportedWorkspace range;
    private final List<Changes.Write> step = new ArrayList<>();
    private final List<Changes.Write> last = new ArrayList<>();
    private int stepBytes;
    private long rows;
    private long sharesLeftOut;

    private Importer(
            Store store,
            Commits commits,
            SecretCipher cipher,
            CheckedExport checked,
            Plan plan,
            boolean pausesWebhooks,
            ImportedWorkspace range) {
        this.store = store;
        this.commits = commits;
        this.checked = checked;
        this.plan = plan;
        this.pausesWebhooks = pausesWebhooks;
        this.range = range;
        this.entering = new Entering(range, cipher);
    }

    /**
     * Begins an import. From its record on the workspace is hidden, and its rows are purged at the next start.
     *
     * @throws RefusedException if the store has the workspace, or has no room for it
     */
    static Importer begin(
            Store store,
            Commits commits,
            SecretCipher cipher,
            CheckedExport checked,
            Plan plan,
            boolean pausesWebhooks) {
        Refusal lacking = commits.lacks(checked.workspace(), plan, checked.totals());
        if (lacking != null) {
            throw new RefusedException(lacking);
        }
        requireWithin(plan, checked);
        Id workspace = checked.workspace();
        commit(commits, context -> {
            requireAbsent(context.rows(), workspace);
            long first = context.nextNumbers(1 + checked.end().positions());
            Changes changes = new Changes();
            ImportedWorkspaces.begin(context, workspace, first, checked.end().positions(), changes);
            return changes;
        });
        ImportedWorkspace range = store.readToAct(view -> ImportedWorkspaces.find(view, workspace));
        if (range == null) {
            throw new IllegalStateException("The import was ended by another thread. Import the file again.");
        }
        return new Importer(store, commits, cipher, checked, plan, pausesWebhooks, range);
    }

    private static void requireWithin(Plan plan, CheckedExport checked) {
        for (NewRows each : checked.totals()) {
            int most = Resources.isOfResources(each.table())
                    ? plan.resourcesMax()
                    : Endpoints.isOfEndpoints(each.table()) ? plan.endpointsMax() : Plan.UNLIMITED;
            if (each.rows() > most) {
                throw RefusedException.of(
                        ProblemCode.PLAN_LIMIT_REACHED,
                        "Plan " + plan.name() + " allows " + most + " "
                                + each.table().name()
                                + ", and the file has " + each.rows()
                                + "; nothing was imported. Name a larger plan with --plan or WorkspaceImport.underPlan.");
            }
        }
    }

    private static void requireAbsent(Rows rows, Id workspace) {
        ImportedWorkspace known = ImportedWorkspaces.find(rows, workspace);
        if (Access.exists(rows, workspace)) {
            throw RefusedException.of(
                    ProblemCode.ALREADY_EXISTS,
                    "Workspace " + workspace.text() + " exists in this store; nothing was imported."
                            + " Delete it first, or import into another store.");
        }
        if (known != null && !known.complete()) {
            throw RefusedException.of(
                    ProblemCode.ALREADY_EXISTS,
                    "Workspace " + workspace.text() + " is being imported already; nothing was imported."
                            + " Wait for the end of that import.");
        }
        if (known != null || DeletedWorkspaces.hasRows(rows, workspace)) {
            throw RefusedException.of(
                    ProblemCode.ALREADY_EXISTS,
                    "The rows of an earlier workspace " + workspace.text()
                            + " are being purged; nothing was imported. Try again once that has ended.");
        }
    }

    /** Ends an import that was begun and not completed. Its rows are purged in the background. */
    static void abandon(Commits commits, Id workspace) {
        commit(commits, context -> {
            Changes changes = new Changes();
            ImportedWorkspace begun = ImportedWorkspaces.find(context.rows(), workspace);
            if (begun != null && !begun.complete()) {
                ImportedWorkspaces.abandon(context, begun, changes);
            }
            return changes;
        });
    }

    /**
     * Reads the file again and puts its rows, all but those of the last record.
     *
     * @return the length of the file in bytes
     */
    long putAll(ExportReader reader) {
        LastImages images = new LastImages(checked.later(), this);
        ExportReader.End end = reader.read(images);
        if (!Arrays.equals(end.sum(), checked.end().sum())) {
            throw reader.damaged("was changed while it was imported");
        }
        images.end();
        flush();
        return reader.bytes();
    }

    @Override
    public void workspace(Id workspace) {
        if (!workspace.equals(checked.workspace())) {
            throw new IllegalStateException("The file was changed while it was imported. Import it again.");
        }
    }

    @Override
    public void row(TransferredTable table, byte[] key, byte[] row) {
        boolean isOwn = table.table().number() == Access.workspaces().number();
        boolean isPaused = pausesWebhooks && Endpoints.isForEnabled(table.table());
        if (isOwn || isPaused || table.isLeftOut(key, row, checked.ids())) {
            return;
        }
        byte[] translated = table.translator().translate(key, row, entering);
        byte[] moved = pausesWebhooks ? Endpoints.paused(table.table(), translated) : translated;
        rows++;
        if (table.stage() == TransferredTable.Stage.IN_LAST_RECORD) {
            last.add(new Changes.Write(table.table(), key, moved));
            requireFewLast();
            return;
        }
        step.add(new Changes.Write(table.table(), key, moved));
        stepBytes += key.length + moved.length;
        if (step.size() >= Limits.IMPORT_STEP_ROWS_MAX || stepBytes >= Limits.IMPORT_STEP_BYTES_MAX) {
            flush();
        }
    }

    private void requireFewLast() {
        if (last.size() > Limits.IMPORT_LAST_ROWS_MAX) {
            throw new IllegalStateException("The workspace was exported with more than " + Limits.IMPORT_LAST_ROWS_MAX
                    + " pieces of work that had not ended, which is the limit. Export it again once they have.");
        }
    }

    /** Commits a step, and lets other writers go first afterwards. */
    private void flush() {
        if (step.isEmpty()) {
            return;
        }
        List<Changes.Write> writes = List.copyOf(step);
        step.clear();
        stepBytes = 0;
        commit(commits, context -> {
            requireGoesOn(context.rows());
            Changes changes = new Changes().within(ReserveAccess.RECORDED);
            ImportedWorkspaces.resume(context, range, changes);
            for (Changes.Write write : writes) {
                requireNew(context.rows(), write);
                if (isGranteeThere(context.rows(), write)) {
                    changes.writes().add(write);
                }
            }
            return changes;
        });
        store.letWritersIn();
    }

    private void requireGoesOn(Rows rows) {
        ImportedWorkspace now = ImportedWorkspaces.find(rows, range.workspace());
        if (now == null || now.complete() || now.first() != range.first()) {
            throw RefusedException.of(
                    ProblemCode.ALREADY_EXISTS,
                    "The import of workspace " + range.workspace().text()
                            + " was ended meanwhile. Import the file again.");
        }
    }

    private static void requireNew(Rows rows, Changes.Write write) {
        if (rows.get(write.table(), write.key()) != null) {
            throw RefusedException.of(
                    ProblemCode.ALREADY_EXISTS,
                    "The store has a row of " + write.table().name()
                            + " that is in the file too; the import was ended. Import into another store.");
        }
    }

    /** Returns false for a share whose grantee is not in this store, or does not take shares of this workspace. */
    private boolean isGranteeThere(Rows rows, Changes.Write write) {
        if (!Resources.isOfShares(write.table())) {
            return true;
        }
        boolean isThere = Access.takesShares(rows, range.workspace(), Id.read(IdKind.WORKSPACE, write.key(), 0));
        sharesLeftOut += isThere ? 0 : 1;
        return isThere;
    }

    /** Commits the last record, from which on the workspace is there. */
    void complete() {
        Id workspace = range.workspace();
        commit(commits, context -> {
            requireGoesOn(context.rows());
            Changes changes = new Changes();
            changes.writes().addAll(last);
            changes.put(Access.workspaces(), workspace.key(), workspaceRow());
            ImportedWorkspaces.complete(range, changes);
            return changes;
        });
    }

    private byte[] workspaceRow() {
        byte[] row = checked.workspaceRow();
        long number = range.first() + Access.number(row);
        return Access.moved(row, number, plan.name());
    }

    /** Returns how many rows were put. */
    long rows() {
        return rows + 1 - sharesLeftOut;
    }

    /** Returns how many shares were left out. */
    long sharesLeftOut() {
        return sharesLeftOut;
    }

    private static void commit(Commits commits, Function<Context, Changes> step) {
        Command.Change change = context -> Decision.of(step.apply(context), Outcome.Done.ok(NOTHING));
        if (commits.commit(Caller.OPERATOR, change) instanceof Outcome.Refused refused) {
            throw new RefusedException(refused.refusal());
        }
    }

    /** Makes numbers of positions, and encrypts secrets for this store. */
    private record Entering(ImportedWorkspace range, SecretCipher cipher) implements RowTranslation {
        @Override
        public long number(long position) {
            if (position < 1 || position > range.count()) {
                throw new IllegalStateException("Expected a position from 1 to " + range.count() + ", but got "
                        + position + "; import a file that is whole");
            }
            return range.first() + position;
        }

        @Override
        public long atMost(long position) {
            return position < 0 ? position : range.first() + position;
        }

        @Override
        public long atLeast(long position) {
            return range.first() + position;
        }

        @Override
        public byte[] secret(byte[] secret, byte[] owner) {
            return cipher.seal(secret, owner);
        }
    }
}
