package dev.plinth.engine.opentelemetry;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.settings.EngineObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Ends the span of a piece of work. Thread-safe. */
final class SpanObservation implements EngineObserver.Observation {
    private static final int SERVER_ERROR = 500;

    private final Span span;
    private final Context context;
    private final BiConsumer<SpanObservation, EngineObserver.End> last;

    /**
     * Observes work with a span.
     *
     * @param parent the context that the span was started in
     * @param last adds what the end tells to the span
     */
    SpanObservation(Span span, Context parent, BiConsumer<SpanObservation, EngineObserver.End> last) {
        this.span = span;
        this.context = parent.with(span);
        this.last = last;
    }

    @Override
    public Optional<TraceParent> trace() {
        SpanContext own = span.getSpanContext();
        return own.isValid()
                ? Optional.of(TraceParent.of(own.getTraceId(), own.getSpanId(), own.isSampled())
                        .withState(StateHeader.text(own.getTraceState())))
                : Optional.empty();
    }

    /** Opens a scope that the engine closes on the same thread. */
    @Override
    @SuppressWarnings("MustBeClosedChecker")
    public Runnable enter() {
        Scope scope = context.makeCurrent();
        return scope::close;
    }

    @Override
    public void ended(EngineObserver.End end) {
        end.workspaceId().ifPresent(workspace -> span.setAttribute(AttributeKeys.WORKSPACE, workspace));
        if (end.status() > 0) {
            span.setAttribute(AttributeKeys.HTTP_STATUS, (long) end.status());
        }
        last.accept(this, end);
        span.end();
    }

    /** Adds the end of a call. A refusal is the caller's error, so only a failure of the engine is one of the span. */
    void endCall(EngineObserver.End end) {
        end.failure().ifPresent(problem -> span.setAttribute(AttributeKeys.PROBLEM, problem));
        if (end.status() >= SERVER_ERROR) {
            fail(end.failure().orElseGet(() -> String.valueOf(end.status())));
        }
    }

    /** Adds the end of an attempt of a job. */
    void endJob(EngineObserver.End end) {
        end.failure().ifPresent(this::fail);
    }

    /** Adds the end of an attempt at a delivery. The type of an error is the receiver's status, if there is one. */
    void endDelivery(EngineObserver.End end) {
        end.failure().ifPresent(failure -> fail(end.status() > 0 ? String.valueOf(end.status()) : failure));
    }

    private void fail(String type) {
        span.setAttribute(AttributeKeys.ERROR_TYPE, type).setStatus(StatusCode.ERROR);
    }
}
