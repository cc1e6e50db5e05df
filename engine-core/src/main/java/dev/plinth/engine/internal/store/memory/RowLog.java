package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.Extent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows with their keys in blocks of an {@link Arena}, one after the other.
 *
 * <p>A block never changes: a replaced row gets a new one. So no later row has to fit into a hole. If more than a fifth
 * of the memory is holes, the writer moves the live rows of the emptiest extent to the end. The extent is then free.
 * Rows that are deleted in the order in which they came, as events are, free whole extents and move nothing. A step
 * moves at most one extent, however many there are.
 *
 * <p>A block has the length of the row and flags 8, the key, and the row. A row longer than {@value #WHOLE_BYTES_MAX}
 * bytes is cut into blocks of that length, and the first block has their addresses in place of the row.
 */
final class RowLog {
    /** The longest row in one block. The end of an extent wastes less than a block. */
    static final int WHOLE_BYTES_MAX = 16 * 1024;

    private static final int HEADER_BYTES = Long.BYTES;
    private static final long PIECES = 1L << 32;
    private static final int BUCKETS = 16;

    /** Words of holes that are left alone, about as many as a table of some rows has anyway. */
    private static final long SPARE_WORDS = 4L * Arena.EXTENT_WORDS;

    /** Words of an extent that rows may take while there is no reserve. */
    private static final int RESERVED_FROM_WORDS = Arena.EXTENT_WORDS / 2;

    /** Parts of live rows for one part of holes. */
    static final int LIVE_PARTS = 4;

    private final Arena arena;
    private final int keyBytes;
    private final int rowBytesMax;

    /** Full extents by how much of them is in use. */
    private final @Nullable Extent[] byUse = new Extent[BUCKETS + 1];

    /** Holds a block while it moves from one extent to another; as long as the longest one so far. */
    private byte[] moved = {};

    private @Nullable Extent current;
    private @Nullable Extent reserve;
    private boolean takingBack;
    private long takenWords;
    private long liveWords;

    RowLog(Arena arena, int keyBytes, int rowBytesMax) {
        this.arena = arena;
        this.keyBytes = keyBytes;
        this.rowBytesMax = rowBytesMax;
    }

    /** Returns true if the block at an address has this key. Readers have to validate the answer. */
    boolean hasKey(long at, byte[] key) {
        return arena.holds(at, HEADER_BYTES, key);
    }

    /** Copies the key of the block at an address. Readers have to validate it. */
    void copyKey(long at, byte[] key) {
        arena.copyOut(at, HEADER_BYTES, key, 0, Arena.fits(at, HEADER_BYTES + keyBytes) ? keyBytes : 0);
    }

    /** Copies the row at an address, or returns null if there is no row. Readers have to validate the answer. */
    byte @Nullable [] row(long at) {
        long header = arena.get(at);
        int length = (int) header;
        if (length < 0 || length > rowBytesMax) {
            return null;
        }
        if ((header & PIECES) != 0) {
            return joined(at, length);
        }
        return Arena.fits(at, HEADER_BYTES + keyBytes + length)
                ? copy(at, HEADER_BYTES + keyBytes, new byte[length], 0, length)
                : null;
    }

    private byte[] copy(long at, int skippedBytes, byte[] to, int from, int length) {
        arena.copyOut(at, skippedBytes, to, from, length);
        return to;
    }

    private byte @Nullable [] joined(long at, int length) {
        if (!Arena.fits(at, (words(keyBytes) + 1 + pieces(length)) * Long.BYTES)) {
            return null;
        }
        byte[] row = new byte[length];
        for (int i = 0; i < pieces(length); i++) {
            long piece = arena.get(at + 1 + words(keyBytes) + i);
            int from = i * WHOLE_BYTES_MAX;
            int bytes = Math.min(WHOLE_BYTES_MAX, length - from);
            if (piece >>> Arena.ADDRESS_BITS != 0 || !Arena.fits(piece, HEADER_BYTES + keyBytes + bytes)) {
                return null;
            }
            arena.copyOut(piece, HEADER_BYTES + keyBytes, row, from, bytes);
        }
        return row;
    }

    /** Writes a row after all others and returns its address. If there is no memory for it, nothing changes. */
    long append(byte[] key, byte[] row) {
        if (row.length <= WHOLE_BYTES_MAX) {
            return append(key, row.length, row, 0, row.length);
        }
        long[] pieces = new long[pieces(row.length)];
        int written = 0;
        Extent extent = current;
        int filled = extent == null ? 0 : extent.filled;
        try {
            while (written < pieces.length) {
                int from = written * WHOLE_BYTES_MAX;
                int bytes = Math.min(WHOLE_BYTES_MAX, row.length - from);
                pieces[written] = append(key, bytes, row, from, bytes);
                written++;
            }
            long at = allocate(1 + words(keyBytes) + pieces.length);
            arena.set(at, PIECES | row.length);
            arena.copyIn(at, HEADER_BYTES, key, 0, keyBytes);
            for (int i = 0; i < pieces.length; i++) {
                arena.set(at + 1 + words(keyBytes) + i, pieces[i]);
            }
            return at;
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < written; i++) {
                releaseBlock(pieces[i]);
            }
            if (extent != null && extent == current) {
                // The next row goes where the pieces are, to which no address leads.
                extent.filled = filled;
            }
            throw e;
        }
    }

    /** Writes a row again after all others and returns its new address. The old address is still to be released. */
    long appendAgain(long at, byte[] key) {
        long header = arena.get(at);
        if ((header & PIECES) != 0) {
            return append(key, Objects.requireNonNull(row(at)));
        }
        int words = blockWords(at);
        int bytes = words * Long.BYTES;
        if (moved.length < bytes) {
            moved = new byte[bytes];
        }
        long to = allocate(words);
        arena.copyOut(at, 0, moved, 0, bytes);
        arena.copyIn(to, 0, moved, 0, bytes);
        return to;
    }

    private long append(byte[] key, int header, byte[] source, int from, int length) {
        long at = allocate(words(HEADER_BYTES + keyBytes + length));
        arena.set(at, header);
        arena.copyIn(at, HEADER_BYTES, key, 0, keyBytes);
        arena.copyIn(at, HEADER_BYTES + keyBytes, source, from, length);
        return at;
    }

    /** Releases a row that is not needed any more. */
    void release(long at) {
        long header = arena.get(at);
        if ((header & PIECES) != 0) {
            for (int i = 0; i < pieces((int) header); i++) {
                releaseBlock(arena.get(at + 1 + words(keyBytes) + i));
            }
        }
        releaseBlock(at);
    }

    /** Returns true if a block is that of a row, or one of its pieces. */
    boolean includes(long row, long block) {
        if (row == block) {
            return true;
        }
        long header = arena.get(row);
        if ((header & PIECES) != 0) {
            for (int i = 0; i < pieces((int) header); i++) {
                if (arena.get(row + 1 + words(keyBytes) + i) == block) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Sets whether rows are those of a record that is taken back. They may use the reserve, and make no room for others.
     */
    void takingBack(boolean isTakenBack) {
        takingBack = isTakenBack;
    }

    /**
     * Makes room if there are too many holes. Shows the blocks of one extent to a mover, which appends the rows in use
     * again and releases them here.
     */
    void tidy(LongConsumer mover) {
        if (takingBack || takenWords - liveWords <= liveWords / LIVE_PARTS + SPARE_WORDS) {
            return;
        }
        Extent extent = emptiest();
        if (extent == null) {
            return;
        }
        long end = extent.start() + extent.filled;
        long at = first(extent);
        try {
            while (at < end && extent.live > 0) {
                int blockWords = blockWords(at);
                mover.accept(at);
                at += blockWords;
            }
        } catch (OutOfMemoryError | IllegalStateException e) {
            // The holes stay until there is memory, because a row that frees some has to go through.
        }
    }

    private @Nullable Extent emptiest() {
        for (int i = 0; i < BUCKETS; i++) {
            Extent extent = byUse[i];
            if (extent != null) {
                return extent;
            }
        }
        return null;
    }

    /** Gives all extents back. */
    void clear() {
        for (int i = 0; i < byUse.length; i++) {
            for (Extent extent = byUse[i]; extent != null; extent = byUse[i]) {
                unlink(extent);
                arena.give(extent);
            }
        }
        Extent last = current;
        if (last != null) {
            current = null;
            arena.give(last);
        }
        takenWords = 0;
        liveWords = 0;
    }

    /** Saves which extents it has. */
    void save(DataOutput out) throws IOException {
        saveIfAny(reserve, out);
        saveIfAny(current, out);
        for (int i = 0; i < byUse.length; i++) {
            for (Extent extent = byUse[i]; extent != null; extent = extent.next) {
                saveIfAny(extent, out);
            }
        }
        saveIfAny(null, out);
    }

    private static void saveIfAny(@Nullable Extent extent, DataOutput out) throws IOException {
        out.writeBoolean(extent != null);
        if (extent != null) {
            extent.save(out);
        }
    }

    /** Restores what {@link #save} wrote, over the same arena. */
    void restore(DataInput in) throws IOException {
        reserve = restoreIfAny(in);
        current = restoreIfAny(in);
        if (current != null) {
            count(current);
        }
        for (Extent full = restoreIfAny(in); full != null; full = restoreIfAny(in)) {
            count(full);
            link(full);
        }
    }

    private @Nullable Extent restoreIfAny(DataInput in) throws IOException {
        return in.readBoolean() ? Extent.restore(arena, in) : null;
    }

    private void count(Extent extent) {
        takenWords += Arena.EXTENT_WORDS;
        liveWords += extent.live;
    }

    private long allocate(int words) {
        Extent extent = current;
        if (extent != null && extent.filled + words > RESERVED_FROM_WORDS && reserve == null && !takingBack) {
            reserve = arena.take();
        }
        if (extent == null || extent.filled + words > Arena.EXTENT_WORDS) {
            extent = next();
        }
        long at = extent.start() + extent.filled;
        extent.filled += words;
        extent.live += words;
        liveWords += words;
        return at;
    }

    /** Goes on in a new extent. */
    private Extent next() {
        Extent fresh = fresh();
        Extent full = current;
        if (full != null) {
            if (full.live == 0) {
                give(full);
            } else {
                link(full);
            }
        }
        current = fresh;
        takenWords += Arena.EXTENT_WORDS;
        fresh.filled = (int) (first(fresh) - fresh.start());
        return fresh;
    }

    /**
     * Takes an extent. Beside one that is half full a table keeps a reserve, without which no record goes on. A record
     * that runs out of memory is taken back, and its earlier rows need room then.
     */
    private Extent fresh() {
        Extent fresh = reserve == null ? arena.take() : reserve;
        reserve = null;
        if (current == null) {
            return fresh;
        }
        try {
            reserve = arena.take();
        } catch (RuntimeException | Error e) {
            if (!takingBack || e instanceof StackOverflowError) {
                reserve = fresh;
                throw e;
            }
        }
        return fresh;
    }

    private void releaseBlock(long at) {
        int words = blockWords(at);
        Extent extent = arena.of(at);
        int before = bucket(extent);
        extent.live -= words;
        liveWords -= words;
        if (extent == current) {
            return;
        }
        if (extent.live == 0) {
            unlink(extent, before);
            give(extent);
        } else if (bucket(extent) != before) {
            unlink(extent, before);
            link(extent);
        }
    }

    private void give(Extent extent) {
        takenWords -= Arena.EXTENT_WORDS;
        arena.give(extent);
    }

    private int blockWords(long at) {
        long header = arena.get(at);
        return (header & PIECES) != 0
                ? 1 + words(keyBytes) + pieces((int) header)
                : words(HEADER_BYTES + keyBytes + (int) header);
    }

    /** Returns the first address of a block in an extent. Address 0 is none. */
    private static long first(Extent extent) {
        return Math.max(1, extent.start());
    }

    private static int bucket(Extent extent) {
        return (int) ((long) extent.live * BUCKETS >>> Arena.SHIFT);
    }

    private void link(Extent extent) {
        int bucket = bucket(extent);
        Extent head = byUse[bucket];
        extent.previous = null;
        extent.next = head;
        if (head != null) {
            head.previous = extent;
        }
        byUse[bucket] = extent;
    }

    private void unlink(Extent extent) {
        unlink(extent, bucket(extent));
    }

    private void unlink(Extent extent, int bucket) {
        Extent previous = extent.previous;
        Extent next = extent.next;
        if (previous == null) {
            byUse[bucket] = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        extent.previous = null;
        extent.next = null;
    }

    private static int words(int bytes) {
        return bytes + Long.BYTES - 1 >>> 3;
    }

    private static int pieces(int rowBytes) {
        return (rowBytes + WHOLE_BYTES_MAX - 1) / WHOLE_BYTES_MAX;
    }
}
