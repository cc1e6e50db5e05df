package dev.plinth.engine.internal.pipeline;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Waits of calls that end together: those of one door, or those of the engine. Thread-safe. */
public final class OpenWaits {
    private final Set<CompletableFuture<Void>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /** Adds a wait until it ends. Ends it at once if all have been ended. */
    void add(CompletableFuture<Void> wait) {
        open.add(wait);
        wait.whenComplete((nothing, error) -> open.remove(wait));
        if (ended) {
            wait.complete(null);
        }
    }

    boolean haveEnded() {
        return ended;
    }

    /** Ends all waits, now and from now on. Each waiting call is answered with the present state. */
    public void end() {
        ended = true;
        open.forEach(wait -> wait.complete(null));
    }
}
