package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.MappedArena;
import dev.plinth.engine.internal.store.memory.arena.MappedSlabMemory;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Tables off the heap in files of a directory, which keep them for the next process.
 *
 * <p>The files have holes in their unwritten parts. A page without room in the file system kills the process. So no
 * record is accepted and none replayed once the file system is nearly full.
 */
public final class MappedTables implements TableFactory {
    /** Bytes that have to be left, for the structure around the rows and for a record of the largest size. */
    public static final long SPACE_MIN_BYTES = 256L * 1024 * 1024;

    /** The prefix of every file's name, which tells our files from others. */
    public static final String PREFIX = "plinth-";

    private static final long BYTES_BETWEEN_LOOKS = 16L * 1024 * 1024;

    private final Tables kind;
    private final Path directory;
    private final LongSupplier usableBytes;
    private long bytesToNextLook;
    private long usableAtLastLook;

    /**
     * Makes tables in a directory.
     *
     * @param kind a kind of tables off the heap
     * @param usableBytes returns the free bytes of its file system
     *
     * @throws IllegalStateException if the JVM lacks something that they need; the message names it
     */
    public MappedTables(Tables kind, Path directory, LongSupplier usableBytes) {
        OffHeapPreflight.checkMapped();
        this.kind = kind;
        this.directory = directory;
        this.usableBytes = usableBytes;
    }

    @Override
    public Table create(String name, int keyBytes, long expectedRows, int averageRowBytes) {
        TableShape shape = new TableShape(name, keyBytes, expectedRows, averageRowBytes);
        if (kind == Tables.CHRONICLE) {
            return new ChronicleTable(shape, directory);
        }
        return new ArenaTable(shape, new MappedArena(file(directory, shape, "rows")));
    }

    /** Returns the path of one of the files of a table. */
    static Path file(Path directory, TableShape shape, String ending) {
        return directory.resolve(PREFIX + shape.name().replace(' ', '-') + "." + ending);
    }

    @Override
    public SlabMemory slabs() {
        return new MappedSlabMemory(directory.resolve(PREFIX + "sets.slabs"));
    }

    /** Looks again at each call as long as there is too little, so that it goes on by itself. */
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

    /** Returns the free bytes of a directory's file system, or 0 if they are unknown. */
    public static long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }
}
