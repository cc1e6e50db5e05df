package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Calls that wait, in real time, for something to happen. A wait that nobody ends is forgotten when it times out. */
public final class Waiters {
    private final ConcurrentHashMap<Id, Waiting> byTopic = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Id, Integer> crowds = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Completes when the topic is signalled, or after so many milliseconds. */
    CompletableFuture<Void> await(Command.Wait wait, long millis) {
        // First: who looks for waiters after a change and sees none is seen by this one, which looks at the rows again.
        waiting.incrementAndGet();
        Id crowd = wait.crowd();
        if (crowd != null) {
            crowds.merge(crowd, 1, Integer::sum);
        }
        Waiting joined =
                byTopic.compute(wait.topic(), (topic, known) -> known == null ? new Waiting() : known.joined());
        return joined.end
                .copy()
                .completeOnTimeout(null, millis, TimeUnit.MILLISECONDS)
                .whenComplete((nothing, error) -> leave(wait.topic(), joined, crowd));
    }

    /** Tells all who wait for a topic that it has happened. */
    public void signal(Id topic) {
        Waiting told = byTopic.remove(topic);
        if (told != null) {
            told.end.complete(null);
        }
    }

    /** True if anybody waits for anything. */
    public boolean areThere() {
        return waiting.get() != 0;
    }

    /** True if somebody waits for a topic. */
    public boolean areThere(Id topic) {
        return byTopic.containsKey(topic);
    }

    /** How many of a crowd wait. */
    int count(Id crowd) {
        return crowds.getOrDefault(crowd, 0);
    }

    /** Who was told may wait for the topic again by now: that is another waiting. */
    private void leave(Id topic, Waiting left, @Nullable Id crowd) {
        byTopic.computeIfPresent(topic, (id, now) -> now.equals(left) && --now.count <= 0 ? null : now);
        if (crowd != null) {
            crowds.computeIfPresent(crowd, (id, count) -> count == 1 ? null : count - 1);
        }
        waiting.decrementAndGet();
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
