package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Calls that wait, in real time, for something to happen. A waiter is forgotten when its wait ends, however it ends. Thread-safe. */
public final class WaitRegistry {
    private final ConcurrentHashMap<Id, Set<Waiter>> byTopic =
            new ConcurrentHashMap<>(); // guarded by the map's lock on the topic
    private final ConcurrentHashMap<Id, Integer> groups = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Takes a call as a waiter.
     *
     * @param workspace bounds how many may wait, unless the wait names another group
     * @return the waiter; null if {@link Limits#WAITING_CALLS_PER_GROUP_MAX} of its group, or {@link Limits#WAITING_CALLS_MAX} of all, wait
     *     already
     */
    @Nullable
    Waiter join(Id workspace, Command.Wait wait) {
        Id named = wait.group();
        Id group = named == null ? workspace : named;
        // First: a change that sees no waiter is seen by this one, which looks at the rows again.
        if (waiting.incrementAndGet() > Limits.WAITING_CALLS_MAX) {
            waiting.decrementAndGet();
            return null;
        }
        if (groups.merge(group, 1, Integer::sum) > Limits.WAITING_CALLS_PER_GROUP_MAX) {
            leaveGroup(group);
            return null;
        }
        Waiter waiter = new Waiter(wait.kinds());
        byTopic.compute(wait.topic(), (topic, known) -> {
            Set<Waiter> all = known == null ? new LinkedHashSet<>() : known;
            all.add(waiter);
            return all;
        });
        CompletableFuture<Void> unused = waiter.end.whenComplete((nothing, error) -> {
            forget(wait.topic(), waiter);
            leaveGroup(group);
        });
        return waiter;
    }

    /** Tells all who wait for a topic that it has happened. */
    public void signal(Id topic) {
        Set<Waiter> told = byTopic.remove(topic);
        if (told != null) {
            told.forEach(waiter -> waiter.end.complete(null));
        }
    }

    /** Tells of something of a kind under a topic, of which one waiter is enough; all of them if it is of no kind. */
    public void signal(Id topic, @Nullable String kind) {
        if (kind == null) {
            signal(topic);
        } else {
            signalOne(topic, kind);
        }
    }

    /** Tells the one who has waited longest for something of a kind under a topic. A waiter that has been told passes it on if it leaves it. */
    void signalOne(Id topic, String kind) {
        Waiter first = firstFor(topic, kind);
        while (first != null && !first.tell(kind)) {
            first = firstFor(topic, kind); // its wait has just ended
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

    /** Takes the first one for a kind out of the waiters of a topic; null if there is none. */
    private @Nullable Waiter firstFor(Id topic, String kind) {
        Waiter[] first = {null};
        byTopic.computeIfPresent(topic, (id, all) -> {
            for (Waiter waiter : all) {
                if (waiter.kinds.contains(kind)) {
                    first[0] = waiter;
                    all.remove(waiter);
                    break;
                }
            }
            return all.isEmpty() ? null : all;
        });
        return first[0];
    }

    private void forget(Id topic, Waiter waiter) {
        byTopic.computeIfPresent(topic, (id, all) -> all.remove(waiter) && all.isEmpty() ? null : all);
    }

    private void leaveGroup(Id group) {
        groups.computeIfPresent(group, (id, count) -> count == 1 ? null : count - 1);
        waiting.decrementAndGet();
    }

    /** One call that waits. */
    static final class Waiter {
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final Set<String> kinds;
        private volatile @Nullable String told;

        private Waiter(Set<String> kinds) {
            this.kinds = kinds;
        }

        /** Completes when the wait ends: by a signal, or because whoever waits completes it. */
        CompletableFuture<Void> end() {
            return end;
        }

        /** The kind of which it was told alone; null if it was not. */
        @Nullable
        String told() {
            return told;
        }

        private boolean tell(String kind) {
            String before = told;
            told = kind; // before the end, which lets it look
            boolean tells = end.complete(null);
            if (!tells) {
                told = before;
            }
            return tells;
        }
    }
}
