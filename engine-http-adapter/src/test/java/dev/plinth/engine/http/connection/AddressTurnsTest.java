package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Whose step is next, with an executor that the test steps. */
final class AddressTurnsTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();

    private void run(AddressTurns turns, String address, int steps) {
        for (int i = 1; i <= steps; i++) {
            String name = address + i;
            turns.run(new AddressTurns.Owner(address, address), turn -> done.add(name));
        }
    }

    private void finish() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    @Test
    void run_addressWithMany_letsOthersInBetween() {
        AddressTurns turns = new AddressTurns(tasks::add, 1);
        run(turns, "a", 4);
        run(turns, "b", 2);
        run(turns, "c", 1);

        finish();

        assertThat(done).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
    }

    @Test
    void run_networkWithManyAddresses_letsOthersInBetween() {
        AddressTurns turns = new AddressTurns(tasks::add, 1);
        for (String address : List.of("a", "b", "c")) {
            turns.run(new AddressTurns.Owner("wide", address), turn -> done.add(address));
        }
        run(turns, "d", 2);

        finish();

        assertThat(done).containsExactly("a", "d1", "b", "d2", "c");
    }

    @Test
    void runHereOrLater_nothingRuns_runsHere_andOtherwiseInItsTurn() {
        AddressTurns turns = new AddressTurns(tasks::add, 1);
        AddressTurns.Owner owner = new AddressTurns.Owner("a", "a");

        turns.runHereOrLater(owner, first -> {
            turns.runHereOrLater(owner, second -> done.add("second"));
            done.add("first");
        });

        assertThat(done).containsExactly("first");
        finish();
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void run_many_areAsManyTasksAtOnceAsAllowed() {
        AddressTurns turns = new AddressTurns(tasks::add, 2);
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
        AddressTurns turns = new AddressTurns(tasks::add, 1);
        turns.run(new AddressTurns.Owner("a", "a"), turn -> {
            throw new IllegalStateException("fails, as it should");
        });
        run(turns, "b", 1);

        assertThatThrownBy(tasks.remove()::run).hasMessage("fails, as it should");
        finish();

        assertThat(done).containsExactly("b1");
    }

    @Test
    void run_stepThatEndsItsTurn_goesOnBesideTheNextOne() {
        AddressTurns turns = new AddressTurns(tasks::add, 1);
        turns.run(new AddressTurns.Owner("a", "a"), turn -> {
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
        AddressTurns turns = new AddressTurns(
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
