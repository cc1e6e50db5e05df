package dev.plinth.engine.internal.store;

/** Where the rows of a store live. */
public enum TableKind {
    /** On the heap in arenas: no JVM flags, open in no time. */
    HEAP {
        @Override
        TableFactory factory() {
            return TableFactory.heap();
        }
    },
    /** Off the heap in arenas: millions of rows at a flat heap; needs JVM flags. */
    OFF_HEAP {
        @Override
        TableFactory factory() {
            return TableFactory.offHeap();
        }
    },
    /** Off the heap in Chronicle maps; needs JVM flags. */
    CHRONICLE {
        @Override
        TableFactory factory() {
            return TableFactory.chronicle();
        }
    };

    abstract TableFactory factory();
}
