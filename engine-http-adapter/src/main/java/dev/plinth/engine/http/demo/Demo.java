package dev.plinth.engine.http.demo;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A workspace with life in it: resources, jobs with progress, events and a receiver of webhooks in this process. After {@link #begin} one
 * thread makes a small change every few seconds, at most {@link #STEPS_MAX}. The engine has to keep its rows in memory, and to allow webhooks
 * to the loopback interface. Thread-safe.
 */
public final class Demo implements AutoCloseable {
    /** Changes after the beginning: some eight hours of them. */
    static final int STEPS_MAX = 10_000;

    private static final int STEP_SECONDS = 3;

    private final DemoReceiver receiver;
    private final DemoJobs jobs = new DemoJobs();
    private final ScheduledExecutorService steps = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "plinth-demo");
        thread.setDaemon(true);
        return thread;
    });
    private int step; // of the thread of the steps alone

    /**
     * Makes a demonstration, and adds its handlers of jobs to an engine to be.
     *
     * @throws UncheckedIOException if the loopback interface has no port for the receiver
     */
    public Demo(EngineBuilder builder) {
        try {
            receiver = new DemoReceiver();
        } catch (IOException unable) {
            throw new UncheckedIOException(
                    "The demonstration's receiver cannot listen on 127.0.0.1 (" + unable.getMessage() + "). Use serve.",
                    unable);
        }
        jobs.addTo(builder);
    }

    /**
     * Fills a workspace, and changes it from now on until the demonstration is closed.
     *
     * @param workspaceId a workspace without content; it gets another name and plan
     */
    public void begin(Engine engine, String workspaceId) {
        DemoWorkspace world = DemoWorkspace.fill(engine, workspaceId, receiver);
        ScheduledFuture<?> unused =
                steps.scheduleWithFixedDelay(() -> take(world), STEP_SECONDS, STEP_SECONDS, TimeUnit.SECONDS);
    }

    private void take(DemoWorkspace world) {
        world.step(step++);
        if (step == STEPS_MAX) {
            steps.shutdown();
        }
    }

    /** Ends the changes and the jobs in flight, and closes the receiver. Close it before the engine. */
    @Override
    public void close() {
        steps.shutdownNow();
        jobs.close();
        receiver.close();
    }
}
