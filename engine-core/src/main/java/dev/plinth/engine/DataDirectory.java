package dev.plinth.engine;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.store.StoreTools;
import java.nio.file.Path;
import java.util.List;

/**
 * What an operator does with the directory of an engine from outside: look whether it is whole, copy it, make a damaged one open
 * again. Each throws {@code IllegalStateException} with one sentence where it cannot be done, also if the directory is of another
 * version.
 */
public final class DataDirectory {
    private DataDirectory() {}

    /** Reads all of a directory, changing nothing; an engine may have it open, and is verified up to its last whole record. */
    public static StoreReport verify(Path directory) {
        return StoreTools.verify(directory, Engine.tables());
    }

    /**
     * Copies a directory; an engine may have it open, here or in another process, and is not held up. Everything acknowledged
     * before is in the copy, which is durable and verified once this returns. The key file is copied with it if it is in the
     * directory, because nothing sealed can be opened without it.
     *
     * @param target a directory that is not there, or empty
     */
    public static StoreReport backup(Path directory, Path target) {
        return StoreTools.backup(directory, target, Engine.tables(), List.of(MasterKeyFile.NAME));
    }

    /**
     * Makes a damaged directory open again, with the longest beginning of its history that is whole; what is behind it is put
     * aside into {@code lost-…} inside the directory.
     *
     * @param acceptLoss false to change nothing, and only tell what would be lost
     */
    public static StoreReport recover(Path directory, boolean acceptLoss) {
        return StoreTools.recover(directory, Engine.tables(), acceptLoss);
    }
}
