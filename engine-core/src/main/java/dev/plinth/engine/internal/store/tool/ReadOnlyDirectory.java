package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.store.log.BootId;
import dev.plinth.engine.internal.store.log.ChannelFile;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

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
        return ChannelFile.reading(directory.resolve(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public String boot() {
        return BootId.read();
    }

    @Override
    public void close() {}
}
