package dev.plinth.engine.internal.host;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.CallContext;
import dev.plinth.engine.internal.command.HostOperation;
import java.util.Optional;

/** A call to an operation as its handler sees it. */
interface RunningCall extends CallContext {
    /** The call of the command room. */
    HostOperation.Call call();

    @Override
    default String workspaceId() {
        return call().workspaceId();
    }

    @Override
    default String requestId() {
        return call().requestId();
    }

    @Override
    default Optional<String> idempotencyKey() {
        return call().idempotencyKey();
    }

    @Override
    default Optional<String> keyId() {
        return call().keyId();
    }

    @Override
    default Optional<TraceParent> traceParent() {
        return call().traceParent();
    }

    /** A call to an operation without a resource. */
    record Direct(HostOperation.Call call, PlinthClient workspace, Effects effects) implements RunningCall {}
}
