package dev.plinth.engine.http.connection;

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
 * Runs the work that callers without a credential cause, a few steps at once. One network comes after the other, and in
 * each network one address after the other. So an address with many steps delays another one by a step of each network that
 * waits. Thread-safe.
 */
public final class AddressTurns {
    private final Executor executor;
    private final int most;
    private final Map<Object, Map<Object, Queue<Consumer<Turn>>>> waiting = new LinkedHashMap<>(); // guarded by this
    private int running; // guarded by this

    /**
     * Makes turns without a step.
     *
     * @param executor runs the steps
     * @param most how many steps run at once
     */
    public AddressTurns(Executor executor, int most) {
        this.executor = executor;
        this.most = most;
    }

    /** Names the owner of a step: an address, and the network of which it is. */
    record Owner(Object network, Object address) {}

    /** Runs a step on the executor once it is its owner's turn. The step may end its turn early. */
    void run(Owner owner, Consumer<Turn> step) {
        synchronized (this) {
            add(owner, step);
            if (running == most) {
                return;
            }
            running++;
        }
        goOn();
    }

    /** Runs a short step on this thread if no other step waits or too many run, and otherwise as {@link #run} does. */
    void runHereOrLater(Owner owner, Consumer<Turn> step) {
        synchronized (this) {
            if (running == most) {
                add(owner, step);
                return;
            }
            running++;
        }
        take(step);
    }

    private void add(Owner owner, Consumer<Turn> step) {
        waiting.computeIfAbsent(owner.network(), any -> new LinkedHashMap<>())
                .computeIfAbsent(owner.address(), any -> new ArrayDeque<>())
                .add(step);
    }

    /** The turn of a step. Thread-safe. */
    final class Turn {
        private boolean ended; // guarded by the turns

        private Turn() {}

        /** Lets the next step run. Does nothing the second time. */
        void end() {
            synchronized (AddressTurns.this) {
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
        if (step != null) {
            take(step);
        }
    }

    private void take(Consumer<Turn> step) {
        Turn turn = new Turn();
        try {
            step.accept(turn);
        } finally {
            turn.end();
        }
    }

    private synchronized @Nullable Consumer<Turn> next() {
        if (waiting.isEmpty()) {
            running--;
            return null;
        }
        Map.Entry<Object, Map<Object, Queue<Consumer<Turn>>>> network = takeFirst(waiting);
        Map.Entry<Object, Queue<Consumer<Turn>>> address = takeFirst(network.getValue());
        Consumer<Turn> step = address.getValue().remove();
        // Behind the others.
        if (!address.getValue().isEmpty()) {
            network.getValue().put(address.getKey(), address.getValue());
        }
        if (!network.getValue().isEmpty()) {
            waiting.put(network.getKey(), network.getValue());
        }
        return step;
    }

    private static <V> Map.Entry<Object, V> takeFirst(Map<Object, V> map) {
        Iterator<Map.Entry<Object, V>> entries = map.entrySet().iterator();
        Map.Entry<Object, V> next = entries.next();
        Map.Entry<Object, V> first = Map.entry(next.getKey(), next.getValue());
        entries.remove();
        return first;
    }
}
