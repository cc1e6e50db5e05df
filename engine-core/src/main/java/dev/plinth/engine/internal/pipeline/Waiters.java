package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Calls that wait, in real time, for something to happen. A wait that nobody ends is forgotten when it times out. */
public final class Waiters {
    private final ConcurrentHashMap<Id, Waiting> byTopic = new ConcurrentHashMap<>();

    /** Completes when the topic is signalled, or after so many milliseconds. */
    CompletableFuture<Void> await(Id topic, long millis) {
        Waiting waiting = byTopic.compute(topic, (id, old) -> old == null ? new Waiting() : old.joined());
        return waiting.end
                .copy()
                .completeOnTimeout(null, millis, TimeUnit.MILLISECONDS)
                .whenComplete((nothing, error) -> leave(topic, waiting));
    }

    /** Tells all who wait for a topic that it has happened. */
    public void signal(Id topic) {
        Waiting waiting = byTopic.remove(topic);
        if (waiting != null) {
            waiting.end.complete(null);
        }
    }

    /** True if nobody waits for anything. */
    public boolean isEmpty() {
        return byTopic.isEmpty();
    }

    /** How many wait for a topic. */
    int count(Id topic) {
        int[] count = new int[1];
        Waiting unused = byTopic.computeIfPresent(topic, (id, waiting) -> {
            count[0] = waiting.count;
            return waiting;
        });
        return count[0];
    }

    /** Who was told may wait for the topic again by now: that is another waiting. */
    private void leave(Id topic, Waiting waiting) {
        byTopic.computeIfPresent(topic, (id, now) -> now.equals(waiting) && --now.count <= 0 ? null : now);
    }

    private static final class Waiting {
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private int count = 1; // guarded by the map's lock on the topic

        Waiting joined() {
            count++;
            return this;
        }
    }
}
