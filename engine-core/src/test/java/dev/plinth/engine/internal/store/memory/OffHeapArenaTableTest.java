package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.OffHeapArena;

final class OffHeapArenaTableTest extends ArenaTableTest {
    @Override
    Arena arena() {
        return new OffHeapArena();
    }
}
