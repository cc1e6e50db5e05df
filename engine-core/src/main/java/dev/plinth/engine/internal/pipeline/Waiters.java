package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Calls that wait, in real time, for the end of something. A wait that nobody ends is forgotten when it times out. */
public final class Waiters {
    private final ConcurrentHashMap<Id, Waiting> byTopic = new ConcurrentHashMap<>();

    /** Completes when the topic is signalled, or after so many seconds. */
    CompletableFuture<Void> await(Id topic, int seconds) {
        Waiting waiting = byTopic.compute(topic, (id, old) -> old == null ? new Waiting() : old.joined());
        return waiting.end
                .copy()
                .completeOnTimeout(null, seconds, TimeUnit.SECONDS)
                .whenComplete((nothing, error) -> leave(topic));
    }

    /** Tells all who wait for a topic that it has ended. */
    public void signal(Id topic) {
        Waiting waiting = byTopic.remove(topic);
        if (waiting != null) {
            waiting.end.complete(null);
        }
    }

    private void leave(Id topic) {
        byTopic.computeIfPresent(topic, (id, old) -> --old.count <= 0 ? null : old);
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
