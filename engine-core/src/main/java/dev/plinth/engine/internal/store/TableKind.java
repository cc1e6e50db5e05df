package dev.plinth.engine.internal.store;

/** The memory of a store's rows. */
public enum TableKind {
    /** Arenas on the heap, without JVM flags. They open at once. */
    HEAP {
        @Override
        TableFactory factory() {
            return TableFactory.heap();
        }
    },
    /** Arenas off the heap, for millions of rows with a small heap. They need JVM flags. */
    OFF_HEAP {
        @Override
        TableFactory factory() {
            return TableFactory.offHeap();
        }
    },
    /** Chronicle maps off the heap. They need JVM flags. */
    CHRONICLE {
        @Override
        TableFactory factory() {
            return TableFactory.chronicle();
        }
    };

    abstract TableFactory factory();
}
