package dev.plinth.consumer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Calls again and again on a thread of its own, until a call is not acknowledged. */
final class Caller {
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final Thread thread;

    private Caller(Call call) {
        thread = new Thread(() -> run(call), "caller");
        thread.setDaemon(true);
    }

    static Caller start(Call call) {
        Caller caller = new Caller(call);
        caller.thread.start();
        return caller;
    }

    private void run(Call call) {
        try {
            Optional<String> id = call.make(0);
            for (int n = 1; id.isPresent(); n++) {
                acknowledged.add(id.get());
                id = call.make(n);
            }
        } catch (IOException | InterruptedException gone) {
            // The server has closed.
        }
    }

    /** Waits until so many calls have been acknowledged. */
    void awaitAcknowledged(int calls) throws InterruptedException {
        while (acknowledged.size() < calls) {
            if (!thread.isAlive()) {
                throw new AssertionError("Expected " + calls + " acknowledged calls, got " + acknowledged);
            }
            thread.join(1);
        }
    }

    /** Waits for the last call, and gives the ids that were acknowledged. */
    List<String> acknowledged() throws InterruptedException {
        thread.join();
        return acknowledged;
    }

    /** Makes the call of this number; gives an id if it was acknowledged. */
    @FunctionalInterface
    interface Call {
        Optional<String> make(int number) throws IOException, InterruptedException;
    }
}
