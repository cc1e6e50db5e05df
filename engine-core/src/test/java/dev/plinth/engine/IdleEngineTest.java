package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shows that an engine in memory has no threads before it has something for them to do. */
class IdleEngineTest {
    /** Threads join the group of who starts them: engines that other tests have left running are in another one. */
    private final ThreadGroup group = new ThreadGroup("idle engine");

    @BeforeEach
    void leaveTheLogOut() {
        Engine.inMemoryOver(Optional::empty); // a node of a shared log has threads at once
    }

    @Test
    void inMemory_untilItsFirstCommit_hasNoThread() {
        CompletableFuture.runAsync(this::openAndCommit, task -> new Thread(group, task, "opener").start())
                .join();
    }

    private void openAndCommit() {
        try (Engine engine = Engine.inMemory()) {
            assertThat(threads()).isEmpty();

            engine.admin().createWorkspace("acme", "starter").call();
            assertThat(threads()).contains("plinth-timers");
        }
        // Closing waits a second for a thread, and one that gets no processor may take longer.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!threads().isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(threads()).isEmpty();
    }

    private Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> group.equals(thread.getThreadGroup()))
                .map(Thread::getName)
                .filter(name -> name.startsWith("plinth-") && !name.startsWith("plinth-worker-"))
                .collect(Collectors.toSet());
    }
}
