package dev.plinth.engine.internal.base;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One operation with typed arguments; made by the wire or the typed client, run by the pipeline. */
public interface Command {
    /** Asks and changes nothing. */
    @FunctionalInterface
    interface Query extends Command {
        /** The answer, from rows that belong together. May be asked more than once. */
        Outcome answer(Context context);

        /**
         * True if it finds all of its rows by their keys, and the answer is right whichever of them changes between two reads. Then it never
         * takes the writer lock, however many rows it reads.
         */
        default boolean isRowByRow() {
            return false;
        }
    }

    /** A query of a caller who would wait for a better answer. */
    interface LongPollQuery extends Query {
        /** What to wait for before asking again, if this answer is not yet the one; else null. */
        @Nullable
        Wait wait(Context context);
    }

    /** Decides, inside the writer lock, what is to be written. */
    @FunctionalInterface
    interface Change extends Command {
        /** The decision: a pure function of the rows and the context. */
        Decision decide(Context context);
    }

    /** A change of a caller who would wait until there is something to change. Under an idempotency key it uses the key only then. */
    interface LongPollChange extends Change {
        /** What to wait for before deciding, if there is nothing to do yet; else null. May be asked more than once. */
        @Nullable
        Wait wait(Context context);

        /** What is answered if there is nothing to do. */
        Outcome nothing();

        /** True if there is something of a kind to do, for whoever waits for that kind; a waiter that was told of it alone may have left it. */
        boolean isThere(Context context, String kind);
    }

    /** A change that costs more rate-limit units than its call took at admission, because it begins work for later. */
    interface CostlyChange extends Change {
        /** Returns what all of its work costs, in units. */
        long units(Context context);
    }

    /** A change of which the sweep may do the rest. Where the caller counts on the end of that, the answer waits for it. */
    interface DeferredChange extends Change {
        /** Returns what the answer waits for once the change is committed; null if nothing. */
        @Nullable
        Wait rest(Context context);
    }

    /** Lets host code run on the caller's thread, outside the writer lock, and then decides. */
    @FunctionalInterface
    interface HostCall extends Command {
        /** Runs the host's code and gives the change that its result asks for. */
        Change run(Context context);
    }

    /**
     * Patience.
     *
     * @param topic the id of which is waited for something
     * @param seconds how long at most, 1–30, in real seconds
     * @param group the waits among which this one is counted; null for those of the caller's workspace
     * @param kinds the kinds of things under the topic of which it is waited for one
     */
    record Wait(Id topic, int seconds, @Nullable Id group, Set<String> kinds) {
        /** Patience of a caller who waits for whatever happens to a topic. */
        public Wait(Id topic, int seconds) {
            this(topic, seconds, null, Set.of());
        }
    }
}
