package dev.plinth.engine.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Whose handshake is next, with an executor that the test steps. */
final class HandshakeTurnsTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();

    private void run(HandshakeTurns turns, String address, int steps) {
        for (int i = 1; i <= steps; i++) {
            String name = address + i;
            turns.run(address, turn -> done.add(name));
        }
    }

    private void finish() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    @Test
    void run_addressWithMany_letsOthersInBetween() {
        HandshakeTurns turns = new HandshakeTurns(tasks::add, 1);
        run(turns, "a", 4);
        run(turns, "b", 2);
        run(turns, "c", 1);

        finish();

        assertThat(done).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
    }

    @Test
    void run_many_areAsManyTasksAtOnceAsAllowed() {
        HandshakeTurns turns = new HandshakeTurns(tasks::add, 2);
        run(turns, "a", 5);
        assertThat(tasks).hasSize(2);

        finish();
        assertThat(done).hasSize(5);

        run(turns, "b", 5);
        assertThat(tasks).hasSize(2);
        finish();
        assertThat(done).hasSize(10);
    }

    @Test
    void run_stepThatFails_isToldToTheExecutorAndKeepsNoTurn() {
        HandshakeTurns turns = new HandshakeTurns(tasks::add, 1);
        turns.run("a", turn -> {
            throw new IllegalStateException("fails, as it should");
        });
        run(turns, "b", 1);

        assertThatThrownBy(tasks.remove()::run).hasMessage("fails, as it should");
        finish();

        assertThat(done).containsExactly("b1");
    }

    @Test
    void run_stepThatEndsItsTurn_goesOnBesideTheNextOne() {
        HandshakeTurns turns = new HandshakeTurns(tasks::add, 1);
        turns.run("a", turn -> {
            turn.end();
            turn.end();
            finish();
            done.add("a1");
        });
        run(turns, "b", 2);

        finish();
        run(turns, "c", 2);

        assertThat(done).containsExactly("b1", "b2", "a1");
        assertThat(tasks).hasSize(1);
    }

    @Test
    void run_executorThatHasStopped_keepsNoTurn() {
        AtomicBoolean stopped = new AtomicBoolean(true);
        HandshakeTurns turns = new HandshakeTurns(
                task -> {
                    if (stopped.get()) {
                        throw new RejectedExecutionException("stopped, as it should be");
                    }
                    tasks.add(task);
                },
                1);
        run(turns, "a", 1);

        stopped.set(false);
        run(turns, "b", 1);
        finish();

        assertThat(done).containsExactly("a1", "b1");
    }
}
