package dev.plinth.engine.internal.settings;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.handler.EngineEventListener;
import dev.plinth.engine.handler.JobHandler;
import dev.plinth.engine.handler.OperationHandler;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.RouteSettings;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.settings.WireIdentity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The builder's settings. Immutable. */
public record EngineConfig(
        EngineClock clock,
        Optional<ManualClock> testClock,
        IdSource ids,
        Tables tables,
        long maxResources,
        List<Plan> plans,
        Optional<Path> directory,
        Optional<SharedLog> log,
        Optional<Node> node,
        Durability durability,
        BiFunction<Path, Durability, StoreFiles> files,
        long bytesPerLogSnapshot,
        Optional<Path> secretKeyFile,
        Optional<Path> otherSecretKeyFile,
        Optional<Path> quickRestart,
        long requestLogBytes,
        int requestLogEntries,
        Places places,
        RetentionTimes retention,
        GraceTimes grace,
        WireIdentity identity,
        Optional<Executor> executor,
        Optional<String> adminToken,
        Webhooks.NetworkRules webhookReach,
        Map<String, OperationHandler> operations,
        Map<String, DirectOperation<?>> directOperations,
        Set<String> asyncOperations,
        Map<String, JobHandler> jobHandlers,
        Map<String, EngineEventListener> listeners,
        Observers observers,
        ContentTypes types,
        RouteSettings routes,
        boolean defaultWorkspace,
        Optional<Supplier<Json>> configReload) {
    /** The release of the engine. */
    public static final String VERSION = "0.1.0";

    /** Returns true if the next engine finds the rows of this one. */
    public boolean isDurable() {
        return directory.isPresent() || log.isPresent();
    }
}
