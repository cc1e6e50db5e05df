package dev.plinth.engine.settings;

import dev.plinth.engine.api.TraceParent;
import java.net.URI;
import java.util.Optional;

/**
 * Learns of each call, each run of a job handler and each attempt at a delivery, from its begin to its end. Spans of
 * traces are made of it.
 *
 * <p>The engine holds no lock while an observer runs. The thread of a call is the caller's or the server's. That of a
 * job is a worker of the engine, and that of a delivery a worker or the sender's. Begin and end may have different
 * threads. So an observer must return at once. An exception is logged and changes nothing. While eight
 * threads are inside it for work that begins, or 64 for work that has ended, the engine passes it by. So one that blocks
 * holds at most 72 threads.
 */
@FunctionalInterface
public interface EngineObserver {
    /** Learns that work begins, and returns what learns of its end. */
    Observation begun(Work work);

    /**
     * Learns of the end of one piece of work, at most once. Work that a closing engine drops has no end, nor has work that
     * ends while the observer is passed by.
     */
    @FunctionalInterface
    interface Observation {
        /** Learns that the work has ended. */
        void ended(End end);

        /**
         * Returns the place of the work itself in a trace. What the work causes has it as its cause: events, jobs and
         * webhooks. Empty if the observer makes no spans.
         *
         * <p>A place without a state has the state of its cause, if both are of the same trace.
         */
        default Optional<TraceParent> trace() {
            return Optional.empty();
        }

        /**
         * Makes the work current on this thread, just before code of the host runs in it: a job handler, an operation or
         * a guarded route. Spans of that code then have the work as their parent.
         *
         * @return what the engine runs on the same thread when that code has returned; it must not block
         */
        default Runnable enter() {
            return () -> {};
        }
    }

    /** The work that begins. */
    sealed interface Work permits CallWork, JobWork, DeliveryWork {
        /** Returns the cause of the work in a trace; empty if it belongs to none. */
        Optional<TraceParent> parent();
    }

    /** A call over the wire or by a client in this JVM. */
    non-sealed interface CallWork extends Work {
        /** Returns {@code req_…}. */
        String requestId();

        /** Returns the method as sent. */
        String method();

        /** Returns the path of the route, with variables in braces. */
        String route();

        /**
         * Returns the path without query. The engine has decoded the variables of its own routes. A secret is cut to its
         * prefix, and the path ends before an escape that is left.
         */
        String path();

        /** Returns {@code http} or {@code https}; empty if the call tells none, as a call inside this JVM. */
        Optional<String> scheme();

        /** Returns the header {@code Host} as the client sent it; empty if there was none. */
        Optional<String> authority();
    }

    /** An attempt of a job by a handler in this JVM. */
    non-sealed interface JobWork extends Work {
        /** Returns {@code job_…}. */
        String jobId();

        /** Returns {@code ws_…}. */
        String workspaceId();

        /** Returns the type of the job. */
        String type();

        /** Returns the number of the attempt, from 1. */
        int attempt();
    }

    /** An attempt at a delivery. */
    non-sealed interface DeliveryWork extends Work {
        /** Returns {@code dlv_…}. */
        String deliveryId();

        /** Returns {@code ws_…}. */
        String workspaceId();

        /** Returns {@code we_…}. */
        String endpointId();

        /** Returns the type of the event. */
        String eventType();

        /** Returns the number of the attempt, from 1. */
        int attempt();

        /** Returns the URL of the endpoint; its path and query may hold a secret of the receiver. */
        URI url();
    }

    /** The end of work. */
    interface End {
        /**
         * Returns the code of the problem, the error of the job or the class of the delivery's error. Empty if the work
         * succeeded. A replay and the reply of a guarded route have none either, and their status tells more.
         */
        Optional<String> failure();

        /** Returns the HTTP status of the answer, of the call or of the receiver; 0 if there is none. */
        int status();

        /** Returns the workspace, {@code ws_…}; empty if the caller belongs to none. */
        Optional<String> workspaceId();
    }
}
