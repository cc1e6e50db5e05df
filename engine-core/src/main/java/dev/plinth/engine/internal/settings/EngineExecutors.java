package dev.plinth.engine.internal.settings;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the executor for handlers, deliveries and waits: virtual threads where the JDK has them (JEP 444). */
public final class EngineExecutors {
    private EngineExecutors() {}

    public static ExecutorService create() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            AtomicInteger count = new AtomicInteger();
            return Executors.newCachedThreadPool(work -> {
                Thread thread = new Thread(work, "plinth-worker-" + count.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    /** Makes a daemon thread on which calls of the engine may wait. */
    public static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(null, work, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }

    /** Returns the executor for handlers and listeners: the host's own, or the engine's. */
    public static ExecutorService ofHost(EngineConfig config, ExecutorService engines) {
        return config.executor().<ExecutorService>map(LentExecutor::new).orElse(engines);
    }
}
