package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Shows that a task that waits for another one is run, whatever becomes of that one. */
class BoundedExecutorTest {
    private final Deque<Runnable> threads = new ArrayDeque<>();
    private final List<String> ran = new ArrayList<>();
    private boolean refuses;
    private final BoundedExecutor executor = new BoundedExecutor(this::start, 1);

    @Test
    void execute_more_waitsForTheOneBeforeIt() {
        executor.execute(() -> ran.add("first"));
        executor.execute(() -> ran.add("second"));

        assertThat(threads).hasSize(1);
        threads.remove().run();
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void execute_taskThrowsAndNoFurtherThreadIsToBeHad_runsTheOneBehindIt() throws InterruptedException {
        executor.execute(() -> {
            throw new AssertionError("on purpose");
        });
        executor.execute(() -> ran.add("second"));
        refuses = true;

        Thread thread = new Thread(threads.remove());
        thread.setUncaughtExceptionHandler((same, failure) -> ran.add(failure.getMessage()));
        thread.start();
        thread.join();

        assertThat(ran).containsExactly("on purpose", "second");
    }

    private void start(Runnable task) {
        if (refuses) {
            throw new RejectedExecutionException("on purpose");
        }
        threads.add(task);
    }
}
