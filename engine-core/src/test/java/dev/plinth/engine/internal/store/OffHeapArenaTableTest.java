package dev.plinth.engine.internal.store;

final class OffHeapArenaTableTest extends ArenaTableTest {
    @Override
    Arena arena() {
        return new OffHeapArena();
    }
}
