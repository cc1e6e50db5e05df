package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.Store;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait in real time for something to happen. A waiter is forgotten when its wait ends, for any reason.
 * Thread-safe.
 */
final class WaitRegistry {
    private final ConcurrentHashMap<Id, Set<Waiter>> byTopic =
            new ConcurrentHashMap<>(); // guarded by the map's lock on the topic
    private final ConcurrentHashMap<Id, Integer> groups = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Adds a call as a waiter.
     *
     * @param workspace limits how many may wait, unless the wait names another group
     * @return the waiter; null if {@link Limits#WAITING_CALLS_PER_GROUP_MAX} of its group, or {@link Limits#WAITING_CALLS_MAX} of all, wait
     *     already
     */
    @Nullable
    Waiter join(Id workspace, Command.Wait wait) {
        Id named = wait.group();
        Id group = named == null ? workspace : named;
        // First, because a change that sees no waiter is seen by this one, which looks at the rows again.
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

    /**
     * Has durable changes signal the topics of jobs, deletions and events.
     *
     * @param executor signals the topics of events
     */
    void register(Store store, Executor executor) {
        store.onCommitted((sequence, writes) -> {
            for (int i = 0; i < writes.size(); i++) {
                if (areThere()) {
                    signal(writes.get(i), executor);
                }
            }
        });
    }

    private void signal(Changes.Write write, Executor executor) {
        Id job = Jobs.topic(write);
        if (job != null) {
            signal(job, Jobs.queuedType(write));
        }
        Id deleted = Resources.topic(write);
        if (deleted != null) {
            signal(deleted);
        }
        Id gone = DeletedWorkspaces.added(write);
        if (gone != null) {
            signal(gone); // leases that wait for its jobs
        }
        Events.forEachTopic(write, event -> signalBy(executor, event));
    }

    /** Signals all waiters of a topic. */
    void signal(Id topic) {
        Set<Waiter> told = byTopic.remove(topic);
        if (told != null) {
            told.forEach(waiter -> waiter.end.complete(null));
        }
    }

    /** Signals a topic on an executor, because there may be many streams and the calling thread makes calls durable. */
    void signalBy(Executor executor, Id topic) {
        if (areThere(topic)) {
            try {
                executor.execute(() -> signal(topic));
            } catch (RejectedExecutionException | OutOfMemoryError noThread) {
                signal(topic);
            }
        }
    }

    /** Signals one waiter for something of a kind under a topic, or all of them if there is no kind. */
    void signal(Id topic, @Nullable String kind) {
        if (kind == null) {
            signal(topic);
        } else {
            signalOne(topic, kind);
        }
    }

    /**
     * Signals the longest waiter for something of a kind under a topic. A signalled waiter that leaves the work undone
     * passes the signal on.
     */
    void signalOne(Id topic, String kind) {
        Waiter first = firstFor(topic, kind);
        while (first != null && !first.tell(kind)) {
            first = firstFor(topic, kind); // its wait has just ended
        }
    }

    /** Returns true if there are waiters. */
    boolean areThere() {
        return waiting.get() != 0;
    }

    /** Returns true if there are waiters for a topic. */
    boolean areThere(Id topic) {
        return byTopic.containsKey(topic);
    }

    /** Removes and returns the first waiter of a topic for a kind, or null. */
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

    /** A waiting call. */
    static final class Waiter {
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final Set<String> kinds;
        private volatile @Nullable String told;

        private Waiter(Set<String> kinds) {
            this.kinds = kinds;
        }

        /** Returns the future of the wait's end, by a signal or by its own caller. */
        CompletableFuture<Void> end() {
            return end;
        }

        /** Returns the kind for which it was signalled alone, or null. */
        @Nullable
        String kind() {
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
