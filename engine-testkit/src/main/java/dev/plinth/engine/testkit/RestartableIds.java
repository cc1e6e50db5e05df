package dev.plinth.engine.testkit;

import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;

/** Makes the ids and secrets of a seed, and after a restart the same secrets again in the same order. Thread-safe. */
final class RestartableIds implements IdSource {
    private final long seed;
    private volatile SeededIds ids;

    RestartableIds(long seed) {
        this.seed = seed;
        this.ids = new SeededIds(seed);
    }

    void restart() {
        ids = new SeededIds(seed);
    }

    @Override
    public Bits next(String kind, long epochMillis) {
        return ids.next(kind, epochMillis);
    }

    @Override
    public void fillSecret(byte[] target) {
        ids.fillSecret(target);
    }
}
