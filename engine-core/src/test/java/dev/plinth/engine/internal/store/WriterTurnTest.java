package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.EngineClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Who writes next, of one who comes back at once and one who waits. */
class WriterTurnTest {
    private final List<String> order = new ArrayList<>();

    @RepeatedTest(20)
    void waitingWriter_isLetGoFirst() throws InterruptedException {
        try (Store store = Store.open(Parcels.settings(TableKind.HEAP), new MemoryJournal(), EngineClock.system())) {
            Thread waiting = new Thread(() -> note(store, "waiting"));
            store.write(transaction -> {
                waiting.start();
                while (waiting.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                return null;
            });
            store.yieldToWriters();
            note(store, "background");
            waiting.join();
        }

        assertThat(order).containsExactly("waiting", "background");
    }

    @Test
    void nobodyWaits_returnsAtOnce() {
        try (Store store = Store.open(Parcels.settings(TableKind.HEAP), new MemoryJournal(), EngineClock.system())) {
            store.yieldToWriters();
            note(store, "background");
        }

        assertThat(order).containsExactly("background");
    }

    private void note(Store store, String who) {
        store.write(transaction -> order.add(who));
    }
}
