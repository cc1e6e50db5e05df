package dev.plinth.engine;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.store.tool.StoreTools;
import java.nio.file.Path;
import java.util.List;

/**
 * An operator's tools for the directory of an engine: verify it, copy it, recover a damaged one. Each tool throws
 * {@code IllegalStateException} with one sentence if it cannot run, also on a directory of another version.
 */
public final class DataDirectory {
    private DataDirectory() {}

    /**
     * Reads all of a directory and changes nothing. An engine may have the directory open; its journal is then verified
     * up to the last whole record.
     */
    public static StoreReport verify(Path directory) {
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
        return StoreTools.backup(directory, target, EngineStore.tables(), List.of(MasterKeyFile.NAME));
    }

    /**
     * Makes a damaged directory open again with the longest whole prefix of its history. The rest is moved into
     * {@code lost-…} inside the directory.
     *
     * @param acceptLoss false to change nothing and only report what would be lost
     */
    public static StoreReport recover(Path directory, boolean acceptLoss) {
        return StoreTools.recover(directory, EngineStore.tables(), acceptLoss);
    }
}
