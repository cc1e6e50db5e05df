package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.settings.EngineObserver;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells the host's observer of work, so that an observer that fails or blocks harms no work. Thread-safe. */
public final class Observers {
    public static final Observers NONE = new Observers(null);

    private static final Runnable NOT_ENTERED = () -> {};

    private final System.Logger log = Log.sparing(Observers.class);
    private final @Nullable EngineObserver observer;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger ending = new AtomicInteger();

    /** Tells one observer, or none. */
    public Observers(@Nullable EngineObserver observer) {
        this.observer = observer;
    }

    /** Returns true if there is no observer, so that its caller need not describe any work. */
    public boolean isEmpty() {
        return observer == null;
    }

    /**
     * Tells that work begins.
     *
     * @param work makes the description of the work
     * @return null if nothing observes the work
     */
    public @Nullable Observed begin(Supplier<EngineObserver.Work> work) {
        EngineObserver told = observer;
        if (told == null) {
            return null;
        }
        EngineObserver.Observation observation =
                guarded(inside, Limits.OBSERVER_THREADS_MAX, () -> told.begun(work.get()));
        return observation == null
                ? null
                : new Observed(
                        observation,
                        guarded(
                                inside,
                                Limits.OBSERVER_THREADS_MAX,
                                () -> observation.trace().orElse(null)));
    }

    private <T> @Nullable T guarded(AtomicInteger threads, int most, Supplier<@Nullable T> step) {
        if (threads.incrementAndGet() > most) {
            threads.decrementAndGet();
            log.log(
                    System.Logger.Level.WARNING,
                    most + " threads are inside the observer, so it misses work. Let it return at once.");
            return null;
        }
        try {
            return step.get();
        } catch (RuntimeException | Error e) {
            log.log(System.Logger.Level.WARNING, "The observer failed, and the work goes on without it", e);
            return null;
        } finally {
            threads.decrementAndGet();
        }
    }

    /** Makes the work current on this thread as {@link Observed#enter} does, if an observer knows it. */
    public static Runnable enter(@Nullable Observed observed) {
        return observed == null ? NOT_ENTERED : observed.enter();
    }

    /** A call that begins. */
    public record OfCall(
            String requestId,
            String method,
            String route,
            String path,
            Optional<String> scheme,
            Optional<String> authority,
            Optional<TraceParent> parent)
            implements EngineObserver.CallWork {}

    /** An attempt of a job that begins. */
    public record OfJob(String jobId, String workspaceId, String type, int attempt, Optional<TraceParent> parent)
            implements EngineObserver.JobWork {}

    /** An attempt at a delivery that begins. */
    public record OfDelivery(
            String deliveryId,
            String workspaceId,
            String endpointId,
            String eventType,
            int attempt,
            URI url,
            Optional<TraceParent> parent)
            implements EngineObserver.DeliveryWork {}

    /** The end of work. */
    public record Ended(Optional<String> failure, int status, Optional<String> workspaceId)
            implements EngineObserver.End {}

    /** Work that the observer knows. */
    public final class Observed {
        private final EngineObserver.Observation observation;
        private final @Nullable TraceParent trace;

        private Observed(EngineObserver.Observation observation, @Nullable TraceParent trace) {
            this.observation = observation;
            this.trace = trace;
        }

        /** Returns the place of the work in a trace: the observer's, or else that of its cause. The state goes on in a trace. */
        public @Nullable TraceParent trace(@Nullable TraceParent cause) {
            if (trace == null || cause == null) {
                return trace == null ? cause : trace;
            }
            boolean isSame = cause.traceHigh() == trace.traceHigh() && cause.traceLow() == trace.traceLow();
            return isSame && trace.state().isEmpty() ? trace.withState(cause.state()) : trace;
        }

        /** Makes the work current on this thread for code of the host. Returns the end of that, for this thread. */
        public Runnable enter() {
            Runnable left = guarded(inside, Limits.OBSERVER_THREADS_MAX, observation::enter);
            return left == null ? NOT_ENTERED : () -> leave(left);
        }

        /** Leaves in any case, because the thread goes on to other work. */
        private void leave(Runnable left) {
            try {
                left.run();
            } catch (RuntimeException | Error e) {
                log.log(System.Logger.Level.WARNING, "The observer failed, and the work goes on without it", e);
            }
        }

        /** Tells that the work has ended. */
        public void end(EngineObserver.End end) {
            Boolean unused = guarded(ending, Limits.OBSERVER_ENDS_MAX, () -> {
                observation.ended(end);
                return true;
            });
        }
    }
}
