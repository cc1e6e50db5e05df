package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.api.WorkspaceTransfer;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces.ImportedWorkspace;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The door of the room: exports and imports workspaces. Each method waits for the disk, and throws
 * {@code IllegalStateException} with one sentence if it cannot run. Thread-safe.
 */
public final class WorkspaceTransfers {
    private static final System.Logger LOG = Log.of(WorkspaceTransfers.class);

    private final Store store;
    private final Commits commits;
    private final SecretCipher cipher;
    private final Plans plans;
    private final IdSource random;
    private final RunningImports imports;
    private final ChangeTracks tracks = new ChangeTracks();

    /**
     * Makes the door. Call before the first write.
     *
     * @param cipher encrypts the secrets of the store
     */
    public WorkspaceTransfers(Store store, Commits commits, SecretCipher cipher, Plans plans, IdSource random) {
        this.store = store;
        this.commits = commits;
        this.cipher = cipher;
        this.plans = plans;
        this.random = random;
        this.imports = new RunningImports(store);
        store.onCommitted(tracks);
    }

    /** Returns true if the rows of a table move with their workspace. */
    public static boolean moves(TableName<?> table) {
        return TransferredTables.numbered(table.number()) != null;
    }

    /** Writes all of a workspace into a new file, encrypted with the key in a file. */
    public WorkspaceTransfer exportWorkspace(String id, Path file, Path keyFile) {
        store.checkMayWait();
        Id workspace = Id.parse(IdKind.WORKSPACE, id);
        if (workspace == null || !exists(workspace)) {
            throw new IllegalStateException("There is no workspace " + id + " in this store. List them with"
                    + " GET /admin/v1/workspaces or AdminClient.workspaces.");
        }
        SecretCipher key = TransferKey.read(keyFile, random);
        try (ExportWriter out = ExportWriter.begin(file, key, random, workspace)) {
            long bytes = Exporter.run(store, cipher, tracks, workspace, out);
            return new WorkspaceTransfer(workspace.text(), out.rows(), bytes, 0);
        } catch (RefusedException refused) {
            throw exception(refused);
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalStateException(
                    "The file " + file + " cannot be written: " + IoFailure.reason(e)
                            + ". Check its directory, and the room on its disk.",
                    e);
        }
    }

    /**
     * Reads all of a file and checks it, and then puts its workspace into the store. If that fails later, what was put is
     * purged in the background.
     */
    public WorkspaceTransfer importWorkspace(WorkspaceImport input) {
        store.checkMayWait();
        SecretCipher key = TransferKey.read(input.keyFile(), random);
        CheckedExport checked = CheckedExport.read(() -> new ExportReader(input.file(), input.keyFile(), key));
        Plan plan = plan(input, checked);
        begin(checked);
        try {
            return importChecked(input, key, checked, plan);
        } finally {
            imports.end(checked.ids());
        }
    }

    private WorkspaceTransfer importChecked(WorkspaceImport input, SecretCipher key, CheckedExport checked, Plan plan) {
        Importer importer;
        try {
            importer = Importer.begin(store, commits, cipher, checked, plan, input.pausesWebhooks());
        } catch (RefusedException refused) {
            throw exception(refused);
        }
        try {
            long bytes = importer.putAll(new ExportReader(input.file(), input.keyFile(), key));
            importer.complete();
            return new WorkspaceTransfer(checked.workspace().text(), importer.rows(), bytes, importer.sharesLeftOut());
        } catch (RefusedException refused) {
            abandon(checked.workspace(), refused);
            throw exception(refused);
        } catch (RuntimeException | Error e) {
            abandon(checked.workspace(), e);
            throw e;
        }
    }

    /**
     * Ends the imports that an earlier process has left unfinished. Their rows are purged in the background. If the
     * store takes no change, they stay hidden until the sweep or the next start ends them.
     */
    public void endUnfinished() {
        List<Id> unfinished = store.readToAct(view -> {
            List<Id> found = new ArrayList<>();
            for (ImportedWorkspace each : ImportedWorkspaces.unfinished(view)) {
                found.add(each.workspace());
            }
            return found;
        });
        for (Id workspace : unfinished) {
            try {
                Importer.abandon(commits, workspace);
            } catch (RefusedException refused) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The rows that an unfinished import of workspace " + workspace.text()
                                + " has left stay hidden, and are purged later: "
                                + refused.refusal().detail());
            }
        }
    }

    private boolean exists(Id workspace) {
        try {
            return Access.exists(store.viewToAct(), workspace);
        } catch (RefusedException ended) {
            throw exception(ended);
        }
    }

    private void begin(CheckedExport checked) {
        try {
            imports.begin(checked.ids());
        } catch (RefusedException ended) {
            throw exception(ended);
        }
    }

    private Plan plan(WorkspaceImport input, CheckedExport checked) {
        String name = input.plan().orElseGet(() -> Access.planOf(checked.workspaceRow()));
        Plan plan = plans.now().byName().get(name);
        if (plan == null) {
            throw new IllegalStateException("The workspace is under plan " + name
                    + ", which is not configured here; nothing was imported. Configure it, or name another with --plan"
                    + " or WorkspaceImport.underPlan.");
        }
        return plan;
    }

    private static IllegalStateException exception(RefusedException refused) {
        return new IllegalStateException(refused.refusal().detail(), refused);
    }

    private void abandon(Id workspace, Throwable failure) {
        try {
            Importer.abandon(commits, workspace);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e); // the sweep does it, or the next start
        }
    }
}
