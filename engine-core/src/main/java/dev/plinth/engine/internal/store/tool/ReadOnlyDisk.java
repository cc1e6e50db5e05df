package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.store.log.disk.Disk;

/** A directory whose files are only read, because it may be in use. Refuses every change. */
interface ReadOnlyDisk extends Disk {
    @Override
    default File create(String name) {
        throw readOnly();
    }

    @Override
    default void rename(String from, String to) {
        throw readOnly();
    }

    @Override
    default void renameNew(String from, String to) {
        throw readOnly();
    }

    @Override
    default void delete(String name) {
        throw readOnly();
    }

    @Override
    default void makeDirectory(String name) {
        throw readOnly();
    }

    @Override
    default void syncNames() {
        throw readOnly();
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException(
                "Expected only reads of a directory that may be in use, but got a change");
    }
}
