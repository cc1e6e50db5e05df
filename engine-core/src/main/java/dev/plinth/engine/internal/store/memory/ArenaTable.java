package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.store.memory.arena.Arena;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows in an {@link Arena}, without an object for each row. So millions of rows cost the garbage collector
 * nothing. An arena on the heap needs no JVM flags; {@link OffHeapPreflight} names those of one off the heap.
 *
 * <p>A reader takes no lock. It copies the row that the {@link SlotIndex} names. If memory was recycled meanwhile, it
 * reads again. A put writes after all rows and changes one slot, so it disturbs no reader. Memory is recycled once in
 * some hundred puts.
 */
final class ArenaTable implements Table {
    /**
     * Approximate bytes of a row beside its key and value. They are a header, the end of its last word, and a slot of
     * an index that is half full.
     */
    private static final int AROUND_ROW_BYTES = 32;

    /** Bytes of keys and rows that can be addressed, even if the rows are short and there are holes between them. */
    private static final long BYTES_MAX = (1L << Arena.ADDRESS_BITS) * Long.BYTES / 2;

    private final TableShape shape;
    private final Arena arena;
    private final RowLog rows;
    private final SlotIndex index;
    private final RowCount count = new RowCount();
    private final LongConsumer mover = this::move;
    private final byte[] movedKey;
    private KeyHash keyHash = KeyHash.drawn();

    /** Makes an empty table in an arena of its own, which it closes. */
    ArenaTable(TableShape shape, Arena arena) {
        this.shape = shape;
        this.arena = arena;
        this.rows = new RowLog(arena, shape.keyBytes(), Limits.ROW_BYTES_MAX);
        this.index = new SlotIndex(arena, rows);
        this.movedKey = new byte[shape.keyBytes()];
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        shape.checkKey(key);
        long part = SlotIndex.part(keyHash.of(key));
        while (true) {
            long stamp = arena.recycled();
            long at = index.find(part, key);
            byte[] row = at == 0 ? null : rows.row(at);
            VarHandle.acquireFence();
            if (arena.recycled() == stamp) {
                if (at != 0 && row == null) {
                    throw damaged(at);
                }
                return row;
            }
            Thread.onSpinWait();
        }
    }

    private IllegalStateException damaged(long at) {
        return new IllegalStateException(
                "Expected a row at " + at + " in table " + shape.name()
                        + ", but its memory was overwritten; restart the engine, which makes the tables again from the journal.");
    }

    @Override
    public byte @Nullable [] exchange(byte[] key, byte @Nullable [] row) {
        shape.checkKey(key);
        if (row != null && row.length > Limits.ROW_BYTES_MAX) {
            throw new IllegalStateException("Expected a row of at most " + Limits.ROW_BYTES_MAX + " bytes in table "
                    + shape.name() + ", but got " + row.length + "; keep what is longer in pieces");
        }
        rows.tidy(mover);
        long part = SlotIndex.part(keyHash.of(key));
        long standing = index.find(part, key);
        byte[] before = standing == 0 ? null : rows.row(standing);
        if (standing != 0 && before == null) {
            throw damaged(standing);
        }
        // Anything that needs memory comes before the row changes.
        if (row != null) {
            if (standing == 0) {
                index.prepare(part);
                index.insert(part, rows.append(key, row));
            } else {
                index.replace(part, standing, rows.append(key, row));
            }
        } else if (standing != 0) {
            index.remove(part, standing);
        }
        if (standing != 0) {
            rows.release(standing);
        }
        count.changed(key, before, row);
        if (count.rows() == 0 && index.isLarge()) {
            index.clear();
        }
        return before;
    }

    @Override
    public void beginTakeBack() {
        rows.takingBack(true);
    }

    @Override
    public void endRecord() {
        rows.takingBack(false);
        arena.trim();
    }

    /** Writes a row again at the end if the block at an address belongs to it. */
    private void move(long block) {
        rows.copyKey(block, movedKey);
        long part = SlotIndex.part(keyHash.of(movedKey));
        long standing = index.find(part, movedKey);
        if (standing != 0 && rows.includes(standing, block)) {
            index.replace(part, standing, rows.appendAgain(standing, movedKey));
            rows.release(standing);
        }
    }

    @Override
    public RowCount count() {
        return count;
    }

    /** Returns about the most memory of so many rows with so many bytes, including the holes between them. */
    static long memoryBytes(long rows, long bytes) {
        long used = bytes + rows * AROUND_ROW_BYTES;
        return used + used / RowLog.LIVE_PARTS;
    }

    @Override
    public long memoryBytes() {
        return arena.bytes();
    }

    @Override
    public long rowsMax() {
        return Math.min(shape.rowsMax(), SlotIndex.ROWS_MAX);
    }

    @Override
    public long bytesMax() {
        return Math.min(shape.bytesMax(), BYTES_MAX);
    }

    @Override
    public int maxRowBytes() {
        return Limits.ROW_BYTES_MAX;
    }

    /** Visits every row. Beside a writer, a row that stays as it is all the time is visited once. */
    @Override
    public void forEach(BiConsumer<byte[], byte[]> visitor) {
        long part = 0;
        while (part < 1L << SlotIndex.PART_BITS) {
            part = showSegment(part, visitor);
        }
    }

    /** Visits the rows of a segment from a hash on, until memory is recycled, and returns the hash to go on with. */
    private long showSegment(long from, BiConsumer<byte[], byte[]> visitor) {
        long stamp = arena.recycled();
        SlotIndex.Walk walk = index.walk(from);
        VarHandle.acquireFence();
        if (arena.recycled() != stamp) {
            return from;
        }
        // Rows with the same part are shown together, because the walk goes on by the part.
        List<byte[]> copied = new ArrayList<>();
        for (int i = 0; i < walk.size(); i++) {
            byte[] key = new byte[shape.keyBytes()];
            rows.copyKey(walk.address(i), key);
            byte[] row = rows.row(walk.address(i));
            VarHandle.acquireFence();
            if (arena.recycled() != stamp) {
                return walk.part(i);
            }
            if (row == null) {
                throw damaged(walk.address(i));
            }
            copied.add(key);
            copied.add(row);
            if (i + 1 == walk.size() || walk.part(i + 1) != walk.part(i)) {
                show(copied, visitor);
                copied.clear();
            }
        }
        return walk.end();
    }

    /** Passes on keys, each with its row behind it. */
    private static void show(List<byte[]> copied, BiConsumer<byte[], byte[]> visitor) {
        for (int i = 0; i < copied.size(); i += 2) {
            visitor.accept(copied.get(i), copied.get(i + 1));
        }
    }

    @Override
    public void clear() {
        index.clear();
        rows.clear();
        arena.trim();
        count.clear();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        keyHash.save(out);
        arena.save(out);
        rows.save(out);
        index.save(out);
    }

    @Override
    public void restore(DataInput in) throws IOException {
        keyHash = KeyHash.restore(in);
        arena.restore(in);
        rows.restore(in);
        index.restore(in);
    }

    @Override
    public void close() {
        arena.close();
        count.clear();
    }
}
