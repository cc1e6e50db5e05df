package dev.plinth.engine;

import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.settings.MasterKey;
import dev.plinth.engine.internal.settings.MasterKeyFile;
import dev.plinth.engine.internal.store.tool.LogCopies;
import dev.plinth.engine.log.SharedLog;
import java.nio.file.Path;
import java.util.Objects;

/**
 * An operator's tools for a log that several nodes share: verify it, and move everything between it and the directory of a
 * single node. Each tool throws {@code IllegalStateException} with one sentence if it cannot run. The caller closes the
 * log.
 *
 * <p>Open a log read-only to verify or export it. Otherwise it shows only what a leader has named as durable, which may
 * lack the last changes of a leader that was killed.
 */
@Experimental
public final class LogTools {
    private LogTools() {}

    /**
     * Reads all snapshots of a log, and all durable records behind the oldest whole one, and changes nothing. Nodes may use
     * the log meanwhile.
     */
    public static StoreReport verify(SharedLog log) {
        Objects.requireNonNull(log, "log must not be null.");
        return LogCopies.verify(log, EngineStore.tables());
    }

    /**
     * Puts all of a directory into an empty log, as a snapshot. The log has everything afterwards or nothing. No engine may
     * have the directory open, and no node may use the log. Nodes are then started with the same secret key.
     *
     * @param settings names the directory, and the file of its secret key if that is elsewhere
     */
    public static StoreReport importDirectory(EngineBuilder settings, SharedLog log) {
        Objects.requireNonNull(settings, "settings must not be null.");
        Objects.requireNonNull(log, "log must not be null.");
        EngineConfig config = settings.config();
        return LogCopies.importDirectory(
                log, directory(config), EngineStore.settings(config), rows -> MasterKey.checkFits(config, rows));
    }

    /**
     * Writes all of a log into a directory, with the secret key. Nodes may use the log meanwhile; what they change later is
     * not in the directory.
     *
     * @param settings names a directory that does not exist or is empty, and the file of the secret key
     */
    public static StoreReport exportDirectory(EngineBuilder settings, SharedLog log) {
        Objects.requireNonNull(settings, "settings must not be null.");
        Objects.requireNonNull(log, "log must not be null.");
        EngineConfig config = settings.config();
        Path key = config.secretKeyFile()
                .orElseThrow(() -> new IllegalStateException(
                        "The key that seals the secrets of the log must be named, because a directory is of no use without"
                                + " it. Name its file with secretKeyFile."));
        return LogCopies.exportTo(
                log,
                directory(config),
                EngineStore.settings(config),
                config.clock(),
                rows -> MasterKey.checkFitsAlone(config, rows),
                key,
                MasterKeyFile.NAME);
    }

    private static Path directory(EngineConfig config) {
        return config.directory()
                .orElseThrow(() -> new IllegalStateException(
                        "A log is imported from a directory and exported into one, and none is named. Name it with"
                                + " EngineBuilder.directory."));
    }
}
