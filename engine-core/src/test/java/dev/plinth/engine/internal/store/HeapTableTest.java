package dev.plinth.engine.internal.store;

final class HeapTableTest extends TableContractTest {
    @Override
    TableFactory factory() {
        return TableFactory.heap();
    }
}
