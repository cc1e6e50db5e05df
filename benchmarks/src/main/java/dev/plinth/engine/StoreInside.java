package dev.plinth.engine;

import dev.plinth.engine.internal.store.Store;

/** Gives benchmarks the store of an engine. */
public final class StoreInside {
    private StoreInside() {}

    /** Returns the store of an open engine. */
    public static Store of(Engine engine) {
        return engine.store();
    }
}
