package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.IdSource;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * The rooms that a request comes through.
 *
 * @param visibility refuses with 404 unless the caller still sees the resource that a replay would show
 * @param log keeps what was answered
 * @param requestMetrics counts what was answered
 * @param observers learn of calls
 * @param executor runs the code of the host, and the calls that go on after a wait
 */
public record PipelineParts(
        Store store,
        EngineClock clock,
        IdSource ids,
        Access access,
        Quotas quotas,
        Idempotency idempotency,
        Commits commits,
        BiConsumer<Context, Id> visibility,
        RequestLog log,
        RequestMetrics requestMetrics,
        Observers observers,
        Executor executor) {}
