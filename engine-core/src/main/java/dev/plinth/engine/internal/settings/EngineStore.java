package dev.plinth.engine.internal.settings;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.AppliedRows;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.quota.QuotaCheckpointWriter;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.internal.store.tool.StoreTools;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens the store of an engine, with the tables of all rooms. */
public final class EngineStore {
    private EngineStore() {}

    /** Returns the settings of the tables. */
    public static StoreSettings settings(EngineConfig config) {
        return new StoreSettings(config.tables(), tables(), config.maxResources(), config.retention());
    }

    /** Opens the store of an engine without a shared log. */
    public static Store open(EngineConfig config) {
        StoreSettings settings = settings(config);
        if (config.directory().isEmpty()) {
            if (config.quickRestart().isPresent()) {
                throw new IllegalStateException(
                        "The quick restart from " + config.quickRestart().get()
                                + " needs a directory, and the engine has none. Name one, or leave the quick restart out.");
            }
            return Store.open(settings, new MemoryJournal(), config.clock());
        }
        Path directory = config.directory().get();
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(directory, null);
        }
        config.secretKeyFile().ifPresent(file -> MasterKeyFile.check(file, directory));
        StoreFiles files = config.files().apply(directory, config.durability());
        if (config.quickRestart().isPresent()) {
            files = files.leaving(config.quickRestart().get(), EngineConfig.VERSION);
        }
        Store store = open(files, settings, config.clock(), directory);
        catchUp(config.clock(), store.lastTimeMillis());
        return store;
    }

    private static Store open(StoreFiles files, StoreSettings settings, EngineClock clock, Path directory) {
        try {
            return files.open(settings, clock);
        } catch (RuntimeException e) {
            if (FatalErrors.find(ClosedByInterruptException.class, e) != null) {
                throw interrupted(directory, e);
            }
            throw e;
        }
    }

    /** Refuses to open files on an interrupted thread, because the JDK closes each channel that such a thread uses. */
    private static IllegalStateException interrupted(Path directory, @Nullable RuntimeException cause) {
        return new IllegalStateException(
                "The thread that opens " + directory
                        + " was interrupted; nothing was opened. Open it on a thread that is not interrupted.",
                cause);
    }

    /** Sets a manual clock to the time of the rows, because time does not go back. */
    public static void catchUp(EngineClock clock, long lastTimeMillis) {
        if (clock instanceof ManualClock manual && lastTimeMillis > manual.epochMillis()) {
            manual.advance(Duration.ofMillis(lastTimeMillis - manual.epochMillis()));
        }
    }

    /** Copies a directory with its key file. */
    public static StoreReport backup(Path directory, Path target) {
        List<String> keys = Files.exists(directory.resolve(MasterKeyFile.OTHER_NAME))
                ? List.of(MasterKeyFile.NAME, MasterKeyFile.OTHER_NAME)
                : List.of(MasterKeyFile.NAME);
        return StoreTools.backup(directory, target, tables(), keys);
    }

    /** Converts a directory of an older release. */
    public static StoreReport upgrade(EngineConfig config, boolean check) {
        return StoreTools.upgrade(
                config.directory().orElseThrow(),
                settings(config),
                () -> new SecretCipher(MasterKey.ofClosedStore(config), config.ids()),
                config.clock().epochMillis(),
                check);
    }

    /** Returns the tables of all rooms. */
    public static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>();
        tables.addAll(Access.tables());
        tables.addAll(Resources.tables());
        tables.addAll(Jobs.tables());
        tables.addAll(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(Idempotency.REMEMBERED);
        tables.add(AppliedRows.TABLE);
        tables.add(QuotaCheckpointWriter.CHECKPOINTS);
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        return tables;
    }
}
