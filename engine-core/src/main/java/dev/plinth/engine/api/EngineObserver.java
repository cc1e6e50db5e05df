package dev.plinth.engine.api;

import java.net.URI;
import java.util.Objects;
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

    /**
     * A call over the wire or by a client in this JVM.
     *
     * @param requestId {@code req_…}
     * @param method the method as sent
     * @param route the path of the route, with variables in braces
     * @param path the path without query. The engine has decoded the variables of its own routes. A secret is cut to its
     *     prefix, and the path ends before an escape that is left
     * @param scheme {@code http} or {@code https}; empty if the call tells none, as a call inside this JVM
     * @param authority the header {@code Host} as the client sent it; empty if there was none
     */
    record CallWork(
            String requestId,
            String method,
            String route,
            String path,
            Optional<String> scheme,
            Optional<String> authority,
            Optional<TraceParent> parent)
            implements Work {
        /** Refuses null. */
        public CallWork {
            Objects.requireNonNull(requestId, "requestId must not be null.");
            Objects.requireNonNull(method, "method must not be null.");
            Objects.requireNonNull(route, "route must not be null.");
            Objects.requireNonNull(path, "path must not be null.");
            Objects.requireNonNull(scheme, "scheme must not be null.");
            Objects.requireNonNull(authority, "authority must not be null.");
            Objects.requireNonNull(parent, "parent must not be null.");
        }
    }

    /**
     * An attempt of a job by a handler in this JVM.
     *
     * @param jobId {@code job_…}
     * @param workspaceId {@code ws_…}
     * @param attempt the number of the attempt, from 1
     */
    record JobWork(String jobId, String workspaceId, String type, int attempt, Optional<TraceParent> parent)
            implements Work {
        /** Refuses null. */
        public JobWork {
            Objects.requireNonNull(jobId, "jobId must not be null.");
            Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
            Objects.requireNonNull(type, "type must not be null.");
            Objects.requireNonNull(parent, "parent must not be null.");
        }
    }

    /**
     * An attempt at a delivery.
     *
     * @param deliveryId {@code dlv_…}
     * @param workspaceId {@code ws_…}
     * @param endpointId {@code we_…}
     * @param eventType the type of the event
     * @param attempt the number of the attempt, from 1
     * @param url the URL of the endpoint; its path and query may hold a secret of the receiver
     */
    record DeliveryWork(
            String deliveryId,
            String workspaceId,
            String endpointId,
            String eventType,
            int attempt,
            URI url,
            Optional<TraceParent> parent)
            implements Work {
        /** Refuses null. */
        public DeliveryWork {
            Objects.requireNonNull(deliveryId, "deliveryId must not be null.");
            Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
            Objects.requireNonNull(endpointId, "endpointId must not be null.");
            Objects.requireNonNull(eventType, "eventType must not be null.");
            Objects.requireNonNull(url, "url must not be null.");
            Objects.requireNonNull(parent, "parent must not be null.");
        }
    }

    /**
     * The end of work.
     *
     * @param failure the code of the problem, the error of the job or the class of the delivery's error; empty if the
     *     work succeeded. A replay and the reply of a guarded route have none either, and their status tells more
     * @param status the HTTP status of the answer, of the call or of the receiver; 0 if there is none
     * @param workspaceId the workspace, {@code ws_…}; empty if the caller belongs to none
     */
    record End(Optional<String> failure, int status, Optional<String> workspaceId) {
        /** Refuses null. */
        public End {
            Objects.requireNonNull(failure, "failure must not be null.");
            Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        }
    }
}
