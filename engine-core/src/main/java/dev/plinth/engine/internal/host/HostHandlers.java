package dev.plinth.engine.internal.host;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.handler.JobHandler;
import dev.plinth.engine.handler.OperationContext;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.command.HostEffects;
import dev.plinth.engine.internal.command.HostOperation;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.event.EventFeed;
import dev.plinth.engine.internal.job.HostJob;
import dev.plinth.engine.internal.json.RecordType;
import dev.plinth.engine.internal.settings.DirectOperation;
import dev.plinth.engine.internal.settings.EngineConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Adapts the host's handlers to the rooms that run them. Each run of a handler gets a client of the workspace that it
 * runs for, and records its effects.
 *
 * @param clients makes the client of the workspace with an id
 * @param recorders makes the recorder of one run
 * @param access finds the host's own code as the caller of a workspace
 */
public record HostHandlers(
        EngineConfig config,
        Function<String, PlinthClient> clients,
        Supplier<RecordedEffects> recorders,
        Access access) {
    /** A listener's run for one event. */
    private record Following(
            String workspaceId, PlinthClient workspace, Effects effects, Optional<TraceParent> traceParent)
            implements EventContext {}

    /** A call to an operation on a resource as its handler sees it. */
    private record Operating(
            HostOperation.Call call,
            PlinthClient workspace,
            Effects effects,
            String resourceId,
            Json resource,
            Json input)
            implements RunningCall, OperationContext {}

    public Map<String, HostJob.Code> jobs() {
        Map<String, HostJob.Code> codes = new HashMap<>();
        config.jobHandlers().forEach((type, handler) -> codes.put(type, job -> observed(handler, job)));
        return codes;
    }

    private HostJob.End observed(JobHandler handler, HostJob job) throws Exception {
        Optional<TraceParent> cause = Optional.ofNullable(job.trace());
        Observers.Observed observed = config.observers()
                .begin(() -> new Observers.OfJob(job.jobId(), job.workspaceId(), job.type(), job.attempt(), cause));
        if (observed == null) {
            return run(handler, job);
        }
        job.enter(
                observed.trace(cause.orElse(null)),
                failure -> observed.end(new Observers.Ended(failure, 0, Optional.of(job.workspaceId()))));
        Runnable left = observed.enter();
        try {
            return run(handler, job);
        } finally {
            left.run();
        }
    }

    private HostJob.End run(JobHandler handler, HostJob job) throws Exception {
        String workspace = job.workspaceId();
        Recorded<@Nullable Json> run = this.<@Nullable Json, Exception>recorded(
                recorder -> handler.handle(new RunningJob(job, clients.apply(workspace), recorder)));
        HostEffects effects = run.effects();
        return new HostJob.End(run.result(), effects.isEmpty() ? null : end -> effects.beside(end, author(workspace)));
    }

    /** Runs code of the host, and records its effects until it returns or throws. */
    private <T extends @Nullable Object, X extends Exception> Recorded<T> recorded(Recording<T, X> code) throws X {
        RecordedEffects recorder = recorders.get();
        T result;
        HostEffects effects;
        try {
            result = code.run(recorder);
        } finally {
            effects = recorder.end();
        }
        return new Recorded<>(result, effects);
    }

    /** Code of the host that records effects. */
    @FunctionalInterface
    private interface Recording<T extends @Nullable Object, X extends Exception> {
        T run(RecordedEffects recorder) throws X;
    }

    /** The result of code of the host, with its effects. */
    private record Recorded<T extends @Nullable Object>(T result, HostEffects effects) {}

    public Map<String, HostOperation.Code> operations() {
        Map<String, HostOperation.Code> codes = new HashMap<>();
        config.operations()
                .forEach((name, handler) -> codes.put(name, (call, resource, shown, input) -> {
                    Recorded<OperationResult> run = recorded(recorder -> handler.handle(
                            new Operating(call, clients.apply(call.workspaceId()), recorder, resource, shown, input)));
                    return new HostOperation.Ended(run.result().result(), run.effects());
                }));
        return codes;
    }

    public Map<String, HostOperation.Direct> directOperations() {
        Map<String, HostOperation.Direct> codes = new HashMap<>();
        config.directOperations()
                .forEach((name, operation) -> codes.put(
                        name,
                        new HostOperation.Direct(operation.type(), (call, input) -> run(operation, call, input))));
        return codes;
    }

    private HostOperation.Ended run(DirectOperation<?> operation, HostOperation.Call call, Object input)
            throws OperationRefused {
        Recorded<Object> run = recorded(recorder ->
                operation.call(input, new RunningCall.Direct(call, clients.apply(call.workspaceId()), recorder)));
        Objects.requireNonNull(run.result(), "An operation must return a result; return Json.EMPTY_OBJECT for none.");
        return new HostOperation.Ended(RecordType.write(run.result()), run.effects());
    }

    public Map<String, EventFeed.Listener> listeners() {
        Map<String, EventFeed.Listener> listeners = new HashMap<>();
        config.listeners()
                .forEach((name, listener) -> listeners.put(name, (workspace, event, trace) -> {
                    Recorded<Boolean> run = this.<Boolean, Exception>recorded(recorder -> {
                        listener.onEvent(
                                new Following(
                                        workspace, clients.apply(workspace), recorder, Optional.ofNullable(trace)),
                                event);
                        return true;
                    });
                    return beside(workspace, run.effects());
                }));
        return listeners;
    }

    /** Drops the effects in a workspace that has been deleted meanwhile, so that its events do not come for ever. */
    private @Nullable UnaryOperator<Command.Change> beside(String workspace, HostEffects effects) {
        if (effects.isEmpty()) {
            return null;
        }
        Id id = Id.orNowhere(IdKind.WORKSPACE, workspace);
        return position -> {
            Command.Change both = effects.beside(position, author(workspace));
            return context -> Access.exists(context.rows(), id) ? both.decide(context) : position.decide(context);
        };
    }

    /** Lets the host's code act in a workspace, within the limits of its plan. */
    private UnaryOperator<Context> author(String workspace) {
        Id id = Id.orNowhere(IdKind.WORKSPACE, workspace);
        return context -> context.as(access.authenticateHost(id, context.rows()));
    }
}
