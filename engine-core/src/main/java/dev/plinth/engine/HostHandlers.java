package dev.plinth.engine;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.command.HostOperation;
import dev.plinth.engine.internal.event.EventFeed;
import dev.plinth.engine.internal.job.HostJob;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Adapts the host's handlers to the rooms that run them. Each handler gets a client of the workspace that it runs for.
 *
 * @param clients makes the client of the workspace with an id
 */
record HostHandlers(EngineConfig config, Function<String, PlinthClient> clients) {
    Map<String, HostJob.Code> jobs() {
        Map<String, HostJob.Code> codes = new HashMap<>();
        config.jobHandlers()
                .forEach((type, handler) ->
                        codes.put(type, job -> handler.handle(new RunningJob(job, clients.apply(job.workspaceId())))));
        return codes;
    }

    Map<String, HostOperation.Code> operations() {
        Map<String, HostOperation.Code> codes = new HashMap<>();
        config.operations()
                .forEach((name, handler) -> codes.put(
                        name,
                        (workspace, resource, shown, input) -> handler.handle(
                                new OperationContext(workspace, clients.apply(workspace), resource, shown, input))));
        return codes;
    }

    Map<String, EventFeed.Listener> listeners() {
        Map<String, EventFeed.Listener> listeners = new HashMap<>();
        config.listeners()
                .forEach((name, listener) -> listeners.put(
                        name,
                        (workspace, event) ->
                                listener.onEvent(new EventContext(workspace, clients.apply(workspace)), event)));
        return listeners;
    }
}
