package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.Extent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address of a row by the hash of its key. It has one word for each row: 30 bits of the hash and 34 of the
 * address.
 *
 * <p>Extendible hashing as in {@link SlabHashMap}: the first bits of the hash choose one of many segments, and a full
 * segment is split in two. Unlike there, the structure of a segment never changes. A new segment is made beside the old
 * one, and the directory is cut into {@value #SHARDS} parts. So no growth copies more than a segment of 8 KiB or a part
 * of the directory. A reader finds a key in the old segment or in the new one. A removal leaves a mark, which the next
 * key at that place or the next new segment removes.
 *
 * <p>The bits of the hash in a slot decide its place when its segment is split, so that no key is read again.
 */
final class SlotIndex {
    /** Bits of the hash in a slot. */
    static final int PART_BITS = Long.SIZE - Arena.ADDRESS_BITS;

    /** Rows that fit for sure: some hundred for each segment of the deepest directory. */
    static final long ROWS_MAX = 500_000_000;

    private static final long ADDRESS_MASK = (1L << Arena.ADDRESS_BITS) - 1;

    private static final int SHARD_BITS = 10;
    private static final int SHARDS = 1 << SHARD_BITS;
    private static final int HOME_BITS = 10;
    private static final int DEPTH_MAX = PART_BITS - HOME_BITS;

    private static final int SEGMENT_WORDS = 1 << HOME_BITS;
    private static final int HEADER_WORDS = 8;
    private static final int SLOTS = SEGMENT_WORDS - HEADER_WORDS;
    private static final int USED_MAX = SLOTS * 3 / 4;

    /** Rows of one of the deepest segments from which on it is filled up, because few marks are left to remove. */
    private static final int DEEP_LIVE_MIN = USED_MAX * 3 / 4;

    private static final int DEPTH = 0;
    private static final int USED = 1;
    private static final int LIVE = 2;

    private static final long EMPTY = 0;

    /** The mark of a removed row, which has the unused address 0. */
    private static final long REMOVED = 1L << Arena.ADDRESS_BITS;

    /** The directory of a table without rows, which is never written. */
    private static final long[] NO_SEGMENT = new long[1];

    private final Arena arena;
    private final RowLog rows;
    private final long[][] shards = new long[SHARDS][];
    private @Nullable Extent extents;
    private long retired;

    SlotIndex(Arena arena, RowLog rows) {
        this.arena = arena;
        this.rows = rows;
        Arrays.fill(shards, NO_SEGMENT);
    }

    /** Returns the bits of a hash that the index uses. */
    static long part(long hash) {
        return hash >>> Arena.ADDRESS_BITS;
    }

    /** Finds the address of a row, or 0. Readers have to validate the answer. */
    long find(long part, byte[] key) {
        long segment = segment(part);
        if (segment == 0) {
            return 0;
        }
        VarHandle.acquireFence();
        int place = home(part);
        for (int i = 0; i < SLOTS; i++) {
            long slot = arena.get(segment + HEADER_WORDS + place);
            if (slot == EMPTY) {
                return 0;
            }
            if (part(slot) == part) {
                // The parts of a row were written before its slot.
                VarHandle.acquireFence();
                long at = slot & ADDRESS_MASK;
                if (at != 0 && rows.hasKey(at, key)) {
                    return at;
                }
            }
            place = next(place);
        }
        return 0;
    }

    /** Makes room for one more key. If there is no memory for it, nothing changes. */
    void prepare(long part) {
        long segment = segment(part);
        if (segment == 0) {
            long[] directory = new long[1];
            segment = allocate();
            publish(part, segment, 0, directory);
        }
        while (isFull(segment)) {
            if (arena.get(segment + LIVE) < liveMin(segment)) {
                renew(segment, part);
            } else {
                split(segment, part);
            }
            segment = segment(part);
        }
    }

    /** Returns true if no key should be added to a segment. The deepest ones cannot be split, so they fill up. */
    private boolean isFull(long segment) {
        long used = arena.get(segment + USED);
        boolean fills = arena.get(segment + DEPTH) == DEPTH_MAX && arena.get(segment + LIVE) >= DEEP_LIVE_MIN;
        return used >= (fills ? SLOTS - 1 : USED_MAX);
    }

    /** Returns the number of rows below which a full segment is made again rather than split. */
    private long liveMin(long segment) {
        return arena.get(segment + DEPTH) == DEPTH_MAX ? arena.get(segment + USED) : USED_MAX / 2;
    }

    /** Puts the address of a new row, after {@link #prepare}. */
    void insert(long part, long at) {
        VarHandle.releaseFence();
        insertInto(segment(part), part << Arena.ADDRESS_BITS | at);
    }

    private void insertInto(long segment, long slot) {
        int place = home(part(slot));
        long standing = arena.get(segment + HEADER_WORDS + place);
        while (standing != EMPTY && standing != REMOVED) {
            place = next(place);
            standing = arena.get(segment + HEADER_WORDS + place);
        }
        arena.set(segment + HEADER_WORDS + place, slot);
        count(segment, LIVE, 1);
        count(segment, USED, standing == EMPTY ? 1 : 0);
    }

    /** Changes the address of a row. */
    void replace(long part, long at, long newAddress) {
        VarHandle.releaseFence();
        arena.set(location(part, at), part << Arena.ADDRESS_BITS | newAddress);
    }

    /** Removes a row. */
    void remove(long part, long at) {
        long location = location(part, at);
        long segment = segment(part);
        int place = (int) (location - segment) - HEADER_WORDS;
        arena.set(location, REMOVED);
        count(segment, LIVE, -1);
        // Before an empty place the mark is not needed.
        if (arena.get(segment + HEADER_WORDS + next(place)) == EMPTY) {
            while (arena.get(segment + HEADER_WORDS + place) == REMOVED) {
                arena.set(segment + HEADER_WORDS + place, EMPTY);
                count(segment, USED, -1);
                place = place == 0 ? SLOTS - 1 : place - 1;
            }
        }
    }

    private long location(long part, long at) {
        long segment = segment(part);
        long slot = part << Arena.ADDRESS_BITS | at;
        int place = home(part);
        for (int i = 0; i < SLOTS; i++) {
            if (arena.get(segment + HEADER_WORDS + place) == slot) {
                return segment + HEADER_WORDS + place;
            }
            place = next(place);
        }
        throw new IllegalStateException("Expected a row at " + at + " in the index, but there is none");
    }

    /**
     * Copies the slots of the segment of a hash, from that hash on, in the order of the hashes. Readers have to
     * validate the answer.
     *
     * @param from the first part of a hash to copy
     */
    Walk walk(long from) {
        long segment = segment(from);
        if (segment == 0) {
            return new Walk(new long[0], 1L << PART_BITS);
        }
        VarHandle.acquireFence();
        int span = PART_BITS - (int) Math.min(DEPTH_MAX, arena.get(segment + DEPTH));
        long end = (from >>> span) + 1 << span;
        long[] slots = new long[SLOTS];
        int count = 0;
        for (int place = 0; place < SLOTS; place++) {
            long slot = arena.get(segment + HEADER_WORDS + place);
            if ((slot & ADDRESS_MASK) != 0 && part(slot) >= from && part(slot) < end) {
                slots[count] = slot ^ Long.MIN_VALUE;
                count++;
            }
        }
        Arrays.sort(slots, 0, count);
        for (int i = 0; i < count; i++) {
            slots[i] ^= Long.MIN_VALUE;
        }
        return new Walk(Arrays.copyOf(slots, count), end);
    }

    /** Returns true if it has more memory than a table of a few rows. */
    boolean isLarge() {
        return extents != null && extents.next != null;
    }

    /** Forgets all rows, and gives its memory back. */
    void clear() {
        Arrays.fill(shards, NO_SEGMENT);
        retired = 0;
        for (Extent extent = extents; extent != null; extent = extents) {
            extents = extent.next;
            arena.give(extent);
        }
    }

    /** Saves the directory and which extents it has. */
    @SuppressWarnings("ReferenceEquality") // a part is shared or it is not
    void save(DataOutput out) throws IOException {
        out.writeLong(retired);
        for (Extent extent = extents; extent != null; extent = extent.next) {
            out.writeBoolean(true);
            extent.save(out);
        }
        out.writeBoolean(false);
        for (int i = 0; i < SHARDS; i++) {
            // Many parts of a small directory are the same one.
            boolean same = i > 0 && shards[i] == shards[i - 1];
            out.writeInt(same ? 0 : shards[i].length);
            for (int j = 0; !same && j < shards[i].length; j++) {
                out.writeLong(shards[i][j]);
            }
        }
    }

    /** Restores what {@link #save} wrote, over the same arena. */
    void restore(DataInput in) throws IOException {
        retired = in.readLong();
        Extent last = null;
        while (in.readBoolean()) {
            Extent extent = Extent.restore(arena, in);
            if (last == null) {
                extents = extent;
            } else {
                last.next = extent;
            }
            last = extent;
        }
        for (int i = 0; i < SHARDS; i++) {
            int length = in.readInt();
            shards[i] = length == 0 ? shards[i - 1] : new long[length];
            for (int j = 0; j < length; j++) {
                shards[i][j] = in.readLong();
            }
        }
    }

    /** Makes a segment again without the marks of removed rows. */
    private void renew(long segment, long part) {
        int depth = (int) arena.get(segment + DEPTH);
        long[] directory = new long[1];
        long fresh = allocate();
        arena.set(fresh + DEPTH, depth);
        copy(segment, fresh, fresh, 0);
        publish(part, fresh, depth, directory);
        retired = segment;
    }

    /** Divides a segment by the next bit of the hashes. */
    private void split(long segment, long part) {
        int depth = (int) arena.get(segment + DEPTH);
        if (depth == DEPTH_MAX) {
            throw new IllegalStateException("Expected at most " + ROWS_MAX
                    + " rows in one table, but needed more; start the engine with a smaller number of resources.");
        }
        long bit = 1L << PART_BITS - 1 - depth;
        deepen(part, depth + 1);
        long[] lowDirectory = new long[1];
        long[] highDirectory = new long[1];
        long low = allocate();
        long high;
        try {
            high = allocate();
        } catch (RuntimeException | Error e) {
            retired = low;
            throw e;
        }
        arena.set(low + DEPTH, depth + 1L);
        arena.set(high + DEPTH, depth + 1L);
        copy(segment, low, high, bit);
        publish(part & ~bit, low, depth + 1, lowDirectory);
        publish(part | bit, high, depth + 1, highDirectory);
        retired = segment;
    }

    private void copy(long segment, long low, long high, long bit) {
        for (int place = 0; place < SLOTS; place++) {
            long slot = arena.get(segment + HEADER_WORDS + place);
            if ((slot & ADDRESS_MASK) != 0) {
                insertInto((part(slot) & bit) == 0 ? low : high, slot);
            }
        }
    }

    /** Makes the part of the directory of a hash deep enough for segments of a depth. */
    private void deepen(long part, int depth) {
        long[] directory = shards[shard(part)];
        if (depth - SHARD_BITS > bits(directory)) {
            long[] twice = new long[directory.length * 2];
            for (int i = 0; i < twice.length; i++) {
                twice[i] = directory[i >> 1];
            }
            VarHandle.releaseFence();
            shards[shard(part)] = twice;
        }
    }

    /**
     * Makes a segment that of all hashes that share so many bits.
     *
     * @param ownDirectory becomes the directory of a segment that has whole parts of it; made before anything changes
     */
    private void publish(long part, long segment, int depth, long[] ownDirectory) {
        if (depth <= SHARD_BITS) {
            int span = 1 << SHARD_BITS - depth;
            int first = shard(part) & -span;
            ownDirectory[0] = segment;
            VarHandle.releaseFence();
            Arrays.fill(shards, first, first + span, ownDirectory);
            return;
        }
        VarHandle.releaseFence();
        long[] directory = shards[shard(part)];
        int span = 1 << bits(directory) - (depth - SHARD_BITS);
        int first = index(part, directory) & -span;
        Arrays.fill(directory, first, first + span, segment);
    }

    private long segment(long part) {
        long[] directory = shards[shard(part)];
        return directory[index(part, directory)];
    }

    private static int shard(long part) {
        return (int) (part >>> PART_BITS - SHARD_BITS);
    }

    private static int index(long part, long[] directory) {
        return (int) (part >>> PART_BITS - SHARD_BITS - bits(directory)) & directory.length - 1;
    }

    private static int bits(long[] directory) {
        return Integer.numberOfTrailingZeros(directory.length);
    }

    /** Returns a segment of zeros. The retired segment is used first, of which there is at most one. */
    private long allocate() {
        long segment = retired;
        if (segment != 0) {
            retired = 0;
            arena.recycle();
        } else {
            segment = carve();
        }
        for (int i = 0; i < SEGMENT_WORDS; i++) {
            arena.set(segment + i, 0);
        }
        return segment;
    }

    private long carve() {
        Extent extent = extents;
        if (extent == null || extent.filled + SEGMENT_WORDS > Arena.EXTENT_WORDS) {
            extent = arena.take();
            extent.next = extents;
            extents = extent;
            // The first word of all is no address.
            extent.filled = extent.number == 0 ? SEGMENT_WORDS : 0;
        }
        long segment = extent.start() + extent.filled;
        extent.filled += SEGMENT_WORDS;
        return segment;
    }

    private void count(long segment, int counter, int more) {
        arena.set(segment + counter, arena.get(segment + counter) + more);
    }

    private static int home(long part) {
        return (int) ((part & SEGMENT_WORDS - 1) * SLOTS >>> HOME_BITS);
    }

    private static int next(int place) {
        return place == SLOTS - 1 ? 0 : place + 1;
    }

    /**
     * Some slots in the order of their hashes.
     *
     * @param end the first part of a hash after them
     */
    record Walk(long[] slots, long end) {
        int size() {
            return slots.length;
        }

        long part(int i) {
            return SlotIndex.part(slots[i]);
        }

        long address(int i) {
            return slots[i] & ADDRESS_MASK;
        }
    }
}
