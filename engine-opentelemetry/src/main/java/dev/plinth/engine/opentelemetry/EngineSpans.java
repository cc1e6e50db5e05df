package dev.plinth.engine.opentelemetry;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.settings.EngineObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerBuilder;
import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a span of each call, each attempt of a job handler and each attempt at a delivery. Give it to
 * {@link dev.plinth.engine.EngineBuilder#observer}.
 *
 * <p>A call has the span that is current on its thread as its parent, or else the {@code traceparent} of the call. If
 * both are there and differ in their trace, {@code traceparent} counts. Jobs and deliveries have the span of their cause
 * as their parent, also after a restart. Handlers run with their span as the current one, so spans of the host's code are
 * its children.
 *
 * <p>Names of spans and attributes are those of the semantic conventions of OpenTelemetry for HTTP and messaging.
 * Attributes of the engine's own begin with {@code plinth.} The values of a query are in none of them. Thread-safe.
 */
public final class EngineSpans implements EngineObserver {
    /** The name of the instrumentation scope. */
    public static final String INSTRUMENTATION = "dev.plinth.engine";

    private static final Set<String> METHODS =
            Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE");
    private static final String OTHER_METHOD = "_OTHER";
    private static final String OTHER_METHOD_IN_NAMES = "HTTP";
    private static final String DELIVERY_METHOD = "POST";
    private static final String PROCESS = "process";

    private final Tracer tracer;

    /** Makes spans with the tracer of an OpenTelemetry, such as the one of its SDK. */
    public EngineSpans(OpenTelemetry openTelemetry) {
        TracerBuilder builder = openTelemetry.tracerBuilder(INSTRUMENTATION);
        String version = Engine.class.getPackage().getImplementationVersion();
        tracer = version == null
                ? builder.build()
                : builder.setInstrumentationVersion(version).build();
    }

    @Override
    public Observation begun(Work work) {
        if (work instanceof CallWork call) {
            return begun(call);
        } else if (work instanceof JobWork job) {
            return begun(job);
        }
        return begun((DeliveryWork) work);
    }

    private Observation begun(CallWork call) {
        Context parent = parentOfCall(call.parent());
        SpanContext above = Span.fromContext(parent).getSpanContext();
        boolean isInside = above.isValid() && !above.isRemote();
        boolean isKnown = METHODS.contains(call.method());
        SpanBuilder builder = tracer.spanBuilder((isKnown ? call.method() : OTHER_METHOD_IN_NAMES) + " " + call.route())
                .setSpanKind(isInside ? SpanKind.INTERNAL : SpanKind.SERVER)
                .setParent(parent)
                .setAttribute(AttributeKeys.HTTP_METHOD, isKnown ? call.method() : OTHER_METHOD)
                .setAttribute(AttributeKeys.HTTP_ROUTE, call.route())
                .setAttribute(AttributeKeys.URL_PATH, call.path())
                .setAttribute(AttributeKeys.REQUEST, call.requestId());
        if (!isKnown) {
            builder.setAttribute(AttributeKeys.HTTP_METHOD_SENT, call.method());
        }
        call.scheme().ifPresent(scheme -> builder.setAttribute(AttributeKeys.URL_SCHEME, scheme));
        call.authority()
                .flatMap(authority -> Server.of(authority, call.scheme()))
                .ifPresent(server -> server.addTo(builder));
        return new SpanObservation(builder.startSpan(), parent, SpanObservation::endCall);
    }

    private Observation begun(JobWork job) {
        Context parent = remote(Context.root(), job.parent());
        Span span = tracer.spanBuilder(PROCESS + " " + job.type())
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(parent)
                .setAttribute(AttributeKeys.MESSAGING_SYSTEM, "plinth")
                .setAttribute(AttributeKeys.MESSAGING_OPERATION, PROCESS)
                .setAttribute(AttributeKeys.MESSAGING_OPERATION_TYPE, PROCESS)
                .setAttribute(AttributeKeys.MESSAGING_DESTINATION, job.type())
                .setAttribute(AttributeKeys.MESSAGING_MESSAGE, job.jobId())
                .setAttribute(AttributeKeys.JOB_ATTEMPT, (long) job.attempt())
                .startSpan();
        return new SpanObservation(span, parent, SpanObservation::endJob);
    }

    private Observation begun(DeliveryWork delivery) {
        Context parent = remote(Context.root(), delivery.parent());
        SpanBuilder builder = tracer.spanBuilder(DELIVERY_METHOD)
                .setSpanKind(SpanKind.CLIENT)
                .setParent(parent)
                .setAttribute(AttributeKeys.HTTP_METHOD, DELIVERY_METHOD)
                .setAttribute(AttributeKeys.URL_FULL, ShownUrl.of(delivery.url()))
                .setAttribute(AttributeKeys.DELIVERY, delivery.deliveryId())
                .setAttribute(AttributeKeys.ENDPOINT, delivery.endpointId())
                .setAttribute(AttributeKeys.EVENT_TYPE, delivery.eventType());
        Server.of(delivery.url()).ifPresent(server -> server.addTo(builder));
        if (delivery.attempt() > 1) {
            builder.setAttribute(AttributeKeys.HTTP_RESENDS, (long) (delivery.attempt() - 1));
        }
        return new SpanObservation(builder.startSpan(), parent, SpanObservation::endDelivery);
    }

    /** Returns the context of a call, which a server or code of the host may have made current on its thread. */
    private static Context parentOfCall(Optional<TraceParent> header) {
        Context current = Context.current();
        String trace = Span.fromContext(current).getSpanContext().getTraceId();
        boolean isSame = header.map(cause -> cause.traceId().equals(trace)).orElse(true);
        return isSame ? current : remote(current, header);
    }

    private static Context remote(Context context, Optional<TraceParent> cause) {
        return cause.map(trace -> context.with(Span.wrap(SpanContext.createFromRemoteParent(
                        trace.traceId(),
                        trace.spanId(),
                        trace.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                        StateHeader.of(trace.state())))))
                .orElse(context);
    }
}
