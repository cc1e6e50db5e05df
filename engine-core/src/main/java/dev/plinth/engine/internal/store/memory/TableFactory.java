package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.HeapArena;
import dev.plinth.engine.internal.store.memory.arena.OffHeapArena;
import dev.plinth.engine.internal.store.memory.arena.OffHeapSlabMemory;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Tables;
import java.util.function.Function;

/** Decides once, for all rooms, whether tables are on or off the heap. */
public interface TableFactory {
    /**
     * Makes an empty table.
     *
     * @param name its name in messages
     * @param keyBytes length of every key, {@value TableShape#MIN_KEY_BYTES} to {@value TableShape#MAX_KEY_BYTES}
     * @param expectedRows how many rows to lay it out for
     * @param averageRowBytes average length of a row
     */
    Table create(String name, int keyBytes, long expectedRows, int averageRowBytes);

    /** Makes the memory of the sets, to be restored first if it existed before. */
    SlabMemory slabs();

    /**
     * Returns true if there is memory for more rows of so many bytes. Asked by the writer before the journal is
     * written.
     */
    default boolean hasSpace(long bytes) {
        return true;
    }

    /**
     * Returns the most bytes of all tables together, or {@link Long#MAX_VALUE} if only the memory itself limits them.
     */
    default long memoryMax() {
        return Long.MAX_VALUE;
    }

    /**
     * Checks likewise for a recovery, which cannot refuse a row.
     *
     * @throws IllegalStateException if there is none; the message says where and what to do
     */
    default void requireSpace(long bytes) {}

    /**
     * Returns the factory of tables in this memory.
     *
     * @throws IllegalStateException if the JVM lacks something that they need; the message names it
     */
    static TableFactory of(Tables kind) {
        return switch (kind) {
            case HEAP -> heap();
            case OFF_HEAP -> offHeap();
            case CHRONICLE -> chronicle();
        };
    }

    /** Returns the factory of tables on the heap, which may take half of it. The default of an embedded engine. */
    static TableFactory heap() {
        long memoryMax = Runtime.getRuntime().maxMemory() / 2;
        return new TableFactory() {
            @Override
            public long memoryMax() {
                return memoryMax;
            }

            @Override
            public Table create(String name, int keyBytes, long expectedRows, int averageRowBytes) {
                return new ArenaTable(new TableShape(name, keyBytes, expectedRows, averageRowBytes), new HeapArena());
            }

            @Override
            public SlabMemory slabs() {
                return SlabMemory.onHeap();
            }
        };
    }

    /**
     * Returns the factory of tables off the heap in arenas, for millions of rows with a small heap.
     *
     * @throws IllegalStateException if the JVM lacks something that they need; the message names it
     */
    static TableFactory offHeap() {
        return offHeap(shape -> new ArenaTable(shape, new OffHeapArena()));
    }

    /**
     * Returns the factory of tables off the heap in Chronicle maps.
     *
     * @throws IllegalStateException if the JVM lacks something that they need; the message names it
     */
    static TableFactory chronicle() {
        return offHeap(shape -> new ChronicleTable(shape, null));
    }

    private static TableFactory offHeap(Function<TableShape, Table> tables) {
        OffHeapPreflight.check();
        return new TableFactory() {
            @Override
            public Table create(String name, int keyBytes, long expectedRows, int averageRowBytes) {
                return tables.apply(new TableShape(name, keyBytes, expectedRows, averageRowBytes));
            }

            @Override
            public SlabMemory slabs() {
                return new OffHeapSlabMemory();
            }
        };
    }
}
