package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts and limits the calls of each workspace in flight. Thread-safe. */
final class ConcurrentCalls {
    private final ConcurrentHashMap<Id, AtomicInteger> inFlight = new ConcurrentHashMap<>();

    /**
     * Counts one more call of a workspace. Returns what ends it, or null if {@link Limits#CALLS_PER_WORKSPACE_MAX} are
     * in flight.
     */
    @Nullable
    Call begin(Id workspace) {
        AtomicInteger known = inFlight.get(workspace);
        AtomicInteger count = known == null ? inFlight.computeIfAbsent(workspace, id -> new AtomicInteger()) : known;
        if (count.incrementAndGet() > Limits.CALLS_PER_WORKSPACE_MAX) {
            count.decrementAndGet();
            return null;
        }
        return new Call(count);
    }

    /** Forgets a workspace that is deleted. */
    void forget(Id workspace) {
        inFlight.remove(workspace);
    }

    /** A call in flight. */
    static final class Call implements Runnable {
        private @Nullable AtomicInteger count;

        private Call(AtomicInteger count) {
            this.count = count;
        }

        /** Ends the call. A second time does nothing. For one thread at a time. */
        @Override
        public void run() {
            AtomicInteger counted = count;
            if (counted != null) {
                count = null;
                counted.decrementAndGet();
            }
        }
    }
}
