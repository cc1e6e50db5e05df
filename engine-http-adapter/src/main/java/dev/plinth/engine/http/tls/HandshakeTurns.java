package dev.plinth.engine.http.tls;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps of handshakes, a few at once and one address after the other. So an address with many handshakes
 * delays another one by a step of each address that waits. Thread-safe.
 */
public final class HandshakeTurns {
    private final Executor executor;
    private final int most;
    private final Map<Object, Queue<Runnable>> waiting = new LinkedHashMap<>(); // guarded by this
    private int running; // guarded by this

    /**
     * Makes turns without a step.
     *
     * @param executor runs the steps
     * @param most how many steps it runs at once
     */
    public HandshakeTurns(Executor executor, int most) {
        this.executor = executor;
        this.most = most;
    }

    /** Runs a step once it is its address's turn. */
    public void run(Object address, Runnable step) {
        synchronized (this) {
            waiting.computeIfAbsent(address, any -> new ArrayDeque<>()).add(step);
            if (running == most) {
                return;
            }
            running++;
        }
        executor.execute(this::work);
    }

    /** Runs one step, and leaves the next one to another task, so that an error is the executor's to tell. */
    private void work() {
        Runnable step = next();
        if (step == null) {
            return;
        }
        try {
            step.run();
        } finally {
            executor.execute(this::work);
        }
    }

    private synchronized @Nullable Runnable next() {
        Iterator<Map.Entry<Object, Queue<Runnable>>> addresses =
                waiting.entrySet().iterator();
        if (!addresses.hasNext()) {
            running--;
            return null;
        }
        Map.Entry<Object, Queue<Runnable>> first = addresses.next();
        Object address = first.getKey();
        Queue<Runnable> steps = first.getValue();
        addresses.remove();
        Runnable step = steps.remove();
        if (!steps.isEmpty()) {
            waiting.put(address, steps); // behind the others
        }
        return step;
    }
}
