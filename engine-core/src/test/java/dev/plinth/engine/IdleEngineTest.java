package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Shows that an engine in memory has no threads before it has something for them to do. */
class IdleEngineTest {
    @Test
    void inMemory_untilItsFirstCommit_hasNoThread() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Engine engine = Engine.inMemory()) {
            assertThat(newThreads(before)).isEmpty();

            engine.admin().createWorkspace("acme", "starter").call();
            assertThat(newThreads(before)).contains("plinth-timers");
        }
        assertThat(newThreads(before)).isEmpty();
    }

    private static Set<String> newThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("plinth-") && !name.startsWith("plinth-worker-"))
                .collect(Collectors.toSet());
    }
}
