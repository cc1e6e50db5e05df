package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Id;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request's intent with typed arguments. The wire or the typed client makes it, and the pipeline runs it. */
public interface Command {
    /** Reads rows and changes nothing. */
    @FunctionalInterface
    interface Query extends Command {
        /** Returns the answer, from rows that belong together. May be called more than once. */
        Outcome answer(Context context);

        /**
         * Returns true if the query finds all its rows by their keys and its answer stays right whichever of them
         * changes between two reads. Such a query never takes the writer lock, however many rows it reads.
         */
        default boolean isRowByRow() {
            return false;
        }
    }

    /** A question about this node. It is answered soon, also while nothing confirms that the node leads. */
    interface Probe extends Query {
        /**
         * Returns the answer if nothing confirms it soon.
         *
         * @param millis for how long the log has been asked in vain, in milliseconds
         */
        Outcome unconfirmed(long millis);
    }

    /** A command whose caller is ready to wait until there is something to show or to do. */
    interface LongPoll extends Command {
        /** Returns what to wait for, or null if there is something to show or to do. May be called more than once. */
        @Nullable
        Wait wait(Context context);
    }

    /** A query whose caller is ready to wait for a better answer. */
    interface LongPollQuery extends Query, LongPoll {}

    /** A query for the next part of a stream. */
    interface StreamQuery extends LongPollQuery {
        /** Returns a part that tells nothing, and leads to this query again. */
        Outcome silence();

        /** Returns the group in which the waits of the streams of a workspace are counted. */
        Id group(Id workspace);
    }

    /** Decides inside the writer lock what to write. */
    @FunctionalInterface
    interface Change extends Command {
        /** Makes the decision: a pure function of the rows and the context. */
        Decision decide(Context context);
    }

    /**
     * A change that belongs to a trace, and so do the events and jobs that it makes. The committer decides it in a context
     * of the trace.
     */
    record Traced(TraceParent trace, Change change) implements Change {
        @Override
        public Decision decide(Context context) {
            return change.decide(context);
        }
    }

    /** Returns a change as a part of a trace; itself if there is none. */
    static Change in(@Nullable TraceParent trace, Change change) {
        return trace == null ? change : new Traced(trace, change);
    }

    /**
     * A change whose caller is ready to wait until there is something to change. Once it waits no longer, it is decided
     * like any other, and its idempotency key remembers also that there was nothing to do.
     */
    interface LongPollChange extends Change, LongPoll {
        /**
         * Returns true if there is something of a kind to do. Asked when the only waiter that was signalled for this
         * kind has left, so that another waiter is signalled.
         */
        boolean isThere(Context context, String kind);
    }

    /** A change that costs more rate-limit units than its call took at admission, because it begins work for later. */
    interface CostlyChange extends Change {
        /** Returns the units of all of its work. */
        long units(Context context);

        /** Returns true if the work is done only for a workspace that has all of these units. */
        default boolean isPaidBefore() {
            return false;
        }
    }

    /** A change whose rest the sweep may do. Where the caller counts on its end, the answer waits for it. */
    interface DeferredChange extends Change {
        /**
         * Returns what the answer waits for next once the change is committed, or null. Asked again after each wait, and
         * finds rows by their keys only.
         */
        @Nullable
        Wait rest(Context context);
    }

    /** Runs host code on the caller's thread, outside the writer lock, and then decides. */
    @FunctionalInterface
    interface HostCall extends Command {
        /** Runs the host's code and returns the change that its result asks for. */
        Change run(Context context, Origin origin);

        /** Refuses a call whose target the caller does not see. The code does so too. */
        default void checkTarget(Context context) {}
    }

    /**
     * The request of a command, as the host's code learns of it.
     *
     * @param request its id
     * @param idempotencyKey its idempotency key, or null
     */
    record Origin(Id request, @Nullable String idempotencyKey) {}

    /**
     * A wait for something to happen.
     *
     * @param topic the id on which something is to happen
     * @param seconds how long at most, 1–30, in real seconds
     * @param group the group in which this wait is counted; null for the caller's workspace
     * @param kinds the kinds of things that end the wait; empty for any
     */
    record Wait(Id topic, int seconds, @Nullable Id group, Set<String> kinds) {
        /** Makes a wait for anything that happens to a topic. */
        public Wait(Id topic, int seconds) {
            this(topic, seconds, null, Set.of());
        }
    }
}
