package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.store.log.DirectoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory that an engine may have open, here or in another process. It takes no lock of the store and never touches
 * the lock file. To close any channel of that file would release the lock of an engine in this process.
 */
record ReadOnlyDirectory(Path directory) implements ReadOnlyDisk {
    @Override
    public List<String> names() throws IOException {
        return DirectoryDisk.names(directory);
    }

    @Override
    public File open(String name) throws IOException {
        return DirectoryDisk.reading(directory.resolve(name));
    }

    @Override
    public String boot() {
        return DirectoryDisk.bootId();
    }

    @Override
    public void close() {}
}
