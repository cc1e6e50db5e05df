package dev.plinth.engine;

import dev.plinth.engine.internal.store.Store;

/** Lets a benchmark at the store below an engine. */
public final class EngineStore {
    private EngineStore() {}

    /** The store of an engine that is open. */
    public static Store of(Engine engine) {
        return engine.store();
    }
}
