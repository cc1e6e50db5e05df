package dev.plinth.engine;

import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;

/** Seeded ids for engines that a test opens one after the other, and that go on where they were. */
record KeptIds(SeededIds ids) implements IdSource {
    KeptIds(long seed) {
        this(new SeededIds(seed));
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
