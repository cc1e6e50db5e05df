package dev.plinth.engine;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.api.WorkspaceTransfer;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.internal.settings.ClosedStore;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.store.tool.StoreTools;
import java.nio.file.Path;
import java.util.Objects;

/**
 * An operator's tools for the directory of an engine. They verify it, copy it, recover or upgrade it, and move a workspace.
 * Each tool throws {@code IllegalStateException} with one sentence if it cannot run, also on a directory of another version.
 */
public final class DataDirectory {
    private DataDirectory() {}

    /**
     * Reads all of a directory and changes nothing. An engine may have the directory open; its journal is then verified
     * up to the last whole record.
     */
    public static StoreReport verify(Path directory) {
        Objects.requireNonNull(directory, "directory must not be null.");
        return StoreTools.verify(directory, EngineStore.tables());
    }

    /**
     * Copies a directory. An engine may have it open, here or in another process, and is not held up. The copy has
     * everything that was acknowledged before, and is durable and verified on return. A key file in the directory is
     * copied too, because it alone opens encrypted secrets.
     *
     * @param target a directory that does not exist, or is empty
     */
    public static StoreReport backup(Path directory, Path target) {
        Objects.requireNonNull(directory, "directory must not be null.");
        Objects.requireNonNull(target, "target must not be null.");
        return EngineStore.backup(directory, target);
    }

    /**
     * Salvages a damaged directory: it opens again with the longest whole prefix of its history. The rest is moved into
     * {@code lost-…} inside the directory.
     *
     * @param acceptLoss false to change nothing and only report what would be lost
     */
    public static StoreReport recover(Path directory, boolean acceptLoss) {
        Objects.requireNonNull(directory, "directory must not be null.");
        return StoreTools.recover(directory, EngineStore.tables(), acceptLoss);
    }

    /**
     * Converts a directory that an older release has written, so that this one opens it. No engine may have it open. The
     * old files are moved into {@code before-upgrade} inside the directory. If the process is killed, the directory
     * opens with the older release or with this one. The next call or the next opening ends the work.
     *
     * @param settings the settings with which an engine is to open the directory
     * @param check true to read and convert everything, change nothing and only report what would be done
     */
    public static StoreReport upgrade(EngineBuilder settings, boolean check) {
        Objects.requireNonNull(settings, "settings must not be null.");
        return EngineStore.upgrade(withDirectory(settings), check);
    }

    /**
     * Writes all of a workspace into a new file. No engine may have the directory open. Use
     * {@link AdminClient#exportWorkspace} while one has.
     *
     * @param settings the settings with which an engine opens the directory
     * @param id {@code ws_…}
     * @param file a file that does not exist. It is there only once it is whole and durable
     * @param keyFile a file with the 32 bytes of a key, with which the file is encrypted
     */
    public static WorkspaceTransfer exportWorkspace(EngineBuilder settings, String id, Path file, Path keyFile) {
        Objects.requireNonNull(settings, "settings must not be null.");
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(file, "file must not be null.");
        Objects.requireNonNull(keyFile, "keyFile must not be null.");
        EngineConfig config = withDirectory(settings);
        Path directory = config.directory().orElseThrow();
        StoreTools.checkIsStore(directory);
        return ClosedStore.transfer(config, transfers -> transfers.exportWorkspace(id, file, keyFile));
    }

    /**
     * Puts an exported workspace into a directory, which is made if it does not exist. No engine may have it open. Use
     * {@link AdminClient#importWorkspace} while one has. The workspace begins to work when an engine opens the directory.
     *
     * @param settings the settings with which an engine opens the directory
     */
    public static WorkspaceTransfer importWorkspace(EngineBuilder settings, WorkspaceImport input) {
        Objects.requireNonNull(settings, "settings must not be null.");
        Objects.requireNonNull(input, "input must not be null.");
        return ClosedStore.transfer(withDirectory(settings), transfers -> transfers.importWorkspace(input));
    }

    private static EngineConfig withDirectory(EngineBuilder settings) {
        EngineConfig config = settings.config();
        if (config.directory().isEmpty()) {
            throw new IllegalStateException("This tool works on a directory, and none is named. Name it with --data or"
                    + " EngineBuilder.directory.");
        }
        return config;
    }
}
