package dev.plinth.engine.internal.store;

/** The same with rows in Chronicle maps. */
final class ChronicleQuickRestartTest extends QuickRestartTest {
    @Override
    TableKind kind() {
        return TableKind.CHRONICLE;
    }

    @Override
    TableKind otherKind() {
        return TableKind.OFF_HEAP;
    }

    @Override
    String fileOfRows() {
        return "usual";
    }
}
