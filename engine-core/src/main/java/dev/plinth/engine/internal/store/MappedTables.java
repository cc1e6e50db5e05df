package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Tables off the heap in files of a directory, which keep them for the next process.
 *
 * <p>The files have holes where nothing was written yet. A page for which the file system has no room kills the process, so no
 * record is taken and none replayed once it is nearly full.
 */
final class MappedTables implements TableFactory {
    /** What has to be left, for the structure around the rows and what a record at the bound brings. */
    static final long SPACE_MIN_BYTES = 256L * 1024 * 1024;

    /** What every file's name begins with, so that nobody else's is taken for one of ours. */
    static final String PREFIX = "plinth-";

    private static final long BYTES_BETWEEN_LOOKS = 16L * 1024 * 1024;

    private final TableKind kind;
    private final Path directory;
    private final LongSupplier usableBytes;
    private long bytesToNextLook;
    private long usableAtLastLook;

    /**
     * Tables in a directory.
     *
     * @param kind a kind of tables off the heap
     * @param usableBytes tells what its file system has left
     *
     * @throws IllegalStateException if the JVM lacks what they need; the message names it
     */
    MappedTables(TableKind kind, Path directory, LongSupplier usableBytes) {
        OffHeapPreflight.checkMapped();
        this.kind = kind;
        this.directory = directory;
        this.usableBytes = usableBytes;
    }

    @Override
    public Table create(String name, int keyBytes, long expectedRows, int averageRowBytes) {
        TableShape shape = new TableShape(name, keyBytes, expectedRows, averageRowBytes);
        if (kind == TableKind.CHRONICLE) {
            return new ChronicleTable(shape, directory);
        }
        return new ArenaTable(shape, new MappedArena(file(directory, shape, "rows")));
    }

    /** Returns the path of one of the files of a table. */
    static Path file(Path directory, TableShape shape, String ending) {
        return directory.resolve(PREFIX + shape.name().replace(' ', '-') + "." + ending);
    }

    @Override
    public SlabMemory words() {
        return new MappedSlabMemory(directory.resolve(PREFIX + "sets.words"));
    }

    /** Looks again at once as long as there is too little, so that it goes on by itself. */
    @Override
    public boolean hasSpace(long bytes) {
        bytesToNextLook -= bytes;
        if (bytesToNextLook > 0) {
            return true;
        }
        usableAtLastLook = usableBytes.getAsLong();
        boolean ample = usableAtLastLook >= SPACE_MIN_BYTES;
        bytesToNextLook = ample ? BYTES_BETWEEN_LOOKS : 0;
        return ample;
    }

    @Override
    public void requireSpace(long bytes) {
        if (!hasSpace(bytes)) {
            throw new IllegalStateException("Expected " + SPACE_MIN_BYTES + " bytes to stay free beside the tables in "
                    + directory + ", but its file system has " + usableAtLastLook
                    + "; free some, name another directory for the quick restart, or do without.");
        }
    }

    /** What the file system of a directory has left; 0 if it does not say. */
    static long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }
}
