package dev.plinth.engine.internal.store;

import dev.plinth.engine.settings.Tables;

/** The same with rows in Chronicle maps. */
final class ChronicleQuickRestartTest extends QuickRestartTest {
    @Override
    Tables kind() {
        return Tables.CHRONICLE;
    }

    @Override
    Tables otherKind() {
        return Tables.OFF_HEAP;
    }

    @Override
    String fileOfRows() {
        return "usual";
    }
}
