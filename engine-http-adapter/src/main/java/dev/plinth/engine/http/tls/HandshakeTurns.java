package dev.plinth.engine.http.tls;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps of handshakes, a few at once and one address after the other. So an address with many handshakes
 * delays another one by a step of each address that waits. Thread-safe.
 */
public final class HandshakeTurns {
    private final Executor executor;
    private final int most;
    private final Map<Object, Queue<Consumer<Turn>>> waiting = new LinkedHashMap<>(); // guarded by this
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

    /** Runs a step once it is its address's turn. The step may end its turn early. */
    public void run(Object address, Consumer<Turn> step) {
        synchronized (this) {
            waiting.computeIfAbsent(address, any -> new ArrayDeque<>()).add(step);
            if (running == most) {
                return;
            }
            running++;
        }
        goOn();
    }

    /** The turn of a step. Thread-safe. */
    public final class Turn {
        private boolean ended; // guarded by the turns

        private Turn() {}

        /** Lets the next step run. Does nothing the second time. */
        public void end() {
            synchronized (HandshakeTurns.this) {
                if (ended) {
                    return;
                }
                ended = true;
                if (waiting.isEmpty()) {
                    running--;
                    return;
                }
            }
            goOn();
        }
    }

    private void goOn() {
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException e) {
            synchronized (this) {
                running--; // The server stops, and closes the connections.
            }
        }
    }

    /** Runs one step, and leaves the next one to another task, so that an error is the executor's to tell. */
    private void work() {
        Consumer<Turn> step = next();
        if (step == null) {
            return;
        }
        Turn turn = new Turn();
        try {
            step.accept(turn);
        } finally {
            turn.end();
        }
    }

    private synchronized @Nullable Consumer<Turn> next() {
        Iterator<Map.Entry<Object, Queue<Consumer<Turn>>>> addresses =
                waiting.entrySet().iterator();
        if (!addresses.hasNext()) {
            running--;
            return null;
        }
        Map.Entry<Object, Queue<Consumer<Turn>>> first = addresses.next();
        Object address = first.getKey();
        Queue<Consumer<Turn>> steps = first.getValue();
        addresses.remove();
        Consumer<Turn> step = steps.remove();
        if (!steps.isEmpty()) {
            waiting.put(address, steps); // behind the others
        }
        return step;
    }
}
