package dev.plinth.engine;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.command.HostOperation;

/** A call to an operation on a resource as its handler sees it. */
record RunningOperation(
        HostOperation.Call call, PlinthClient workspace, Effects effects, String resourceId, Json resource, Json input)
        implements RunningCall, OperationContext {}
