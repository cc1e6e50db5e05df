package dev.plinth.engine.internal.store.memory;

final class OffHeapArenaTableTest extends ArenaTableTest {
    @Override
    Arena arena() {
        return new OffHeapArena();
    }
}
