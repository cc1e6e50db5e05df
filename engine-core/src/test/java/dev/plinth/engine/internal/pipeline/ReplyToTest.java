package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReplyToTest {
    /** A pool puts the task into its queue first, and may then get no thread for it. */
    @Test
    void run_executorTakesTheTaskAndFails_runsItOnce() {
        Executor pool = task -> {
            task.run();
            throw new OutOfMemoryError("unable to create native thread");
        };
        AtomicInteger runs = new AtomicInteger();

        new ReplyTo(pool, new OpenWaits()).run(runs::incrementAndGet);

        assertThat(runs).hasValue(1);
    }

    @Test
    void run_executorTakesNothing_runsItHere() {
        Executor pool = task -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        AtomicInteger runs = new AtomicInteger();

        new ReplyTo(pool, new OpenWaits()).run(runs::incrementAndGet);

        assertThat(runs).hasValue(1);
    }

    @Test
    void run_executorFailsOtherwise_runsItHere() {
        Executor pool = task -> {
            throw new IllegalStateException("not started");
        };
        AtomicInteger runs = new AtomicInteger();

        new ReplyTo(pool, new OpenWaits()).run(runs::incrementAndGet);

        assertThat(runs).hasValue(1);
    }
}
