package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.command.DeletedWorkspacePurge;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.transfer.WorkspaceTransfers;
import java.util.function.Function;

/** Opens the store of a directory without an engine, so that no job runs and no webhook is sent. */
public final class ClosedStore {
    private static final byte[] NOTHING = {};

    private ClosedStore() {}

    /**
     * Runs work on the store. Purges first the rows that a killed import has left.
     *
     * @throws IllegalStateException if it cannot be opened, such as while an engine has it open
     */
    public static <T> T transfer(EngineConfig config, Function<WorkspaceTransfers, T> work) {
        try (Store store = EngineStore.open(config)) {
            SecretCipher cipher = MasterKey.find(config, store);
            Plans plans = new Plans(config.plans());
            Commits commits = new Commits(store, config.ids(), cipher, plans);
            WorkspaceTransfers transfers = new WorkspaceTransfers(store, commits, cipher, plans, config.ids());
            MasterKey.check(config, store, commits, cipher);
            transfers.endUnfinished();
            purge(store, commits);
            return work.apply(transfers);
        }
    }

    private static void purge(Store store, Commits commits) {
        DeletedWorkspacePurge purge = new DeletedWorkspacePurge();
        while (store.look(DeletedWorkspaces::withRows) > 0) {
            SweepBatch batch = new SweepBatch();
            Outcome outcome = commits.commit(Caller.OPERATOR, context -> {
                purge.collect(context, context.now(), batch);
                return Decision.of(batch.changes(), Outcome.Done.ok(NOTHING));
            });
            if (outcome instanceof Outcome.Refused refused) {
                throw new IllegalStateException(refused.refusal().detail());
            }
        }
    }
}
