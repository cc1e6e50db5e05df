package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.wire.RouteSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The settings that an engine takes at its start only, each by the name of its method of {@code EngineBuilder}. Values are
 * compared. Code of the host is compared by its names or its class, because two lambdas are never equal.
 */
public final class RestartSettings {
    private static final Map<String, Function<EngineConfig, Object>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("directory", EngineConfig::directory);
        ALL.put("log", config -> classOf(config.log()));
        ALL.put("node", EngineConfig::node);
        ALL.put("durability", EngineConfig::durability);
        ALL.put("quickRestart", EngineConfig::quickRestart);
        ALL.put("requestLogBytes", EngineConfig::requestLogBytes);
        ALL.put("requestLogEntries", EngineConfig::requestLogEntries);
        ALL.put("retention", EngineConfig::retention);
        ALL.put("grace", EngineConfig::grace);
        ALL.put("identity", EngineConfig::identity);
        ALL.put("executor", config -> classOf(config.executor()));
        ALL.put("secretKeyFile", EngineConfig::secretKeyFile);
        ALL.put("otherSecretKeyFile", EngineConfig::otherSecretKeyFile);
        ALL.put("tables", EngineConfig::tables);
        ALL.put("maxResources", EngineConfig::maxResources);
        ALL.put("adminToken", EngineConfig::adminToken);
        ALL.put("clock", config -> config.clock().getClass());
        ALL.put("testClock", config -> classOf(config.testClock()));
        ALL.put("ids", config -> config.ids().getClass());
        ALL.put("createDefaultWorkspace", EngineConfig::defaultWorkspace);
        ALL.put("configReload", config -> config.configReload().isPresent());
        ALL.put(
                "operation",
                config -> List.of(
                        config.operations().keySet(), config.directOperations().keySet()));
        ALL.put("asyncOperation", EngineConfig::asyncOperations);
        ALL.put("jobHandler", config -> config.jobHandlers().keySet());
        ALL.put("resourceType", config -> config.types().resourceSchemas());
        ALL.put("childType", config -> config.types().childSchemas());
        ALL.put("routeCost", config -> config.routes().costs());
        ALL.put("operationCost", config -> config.routes().operationCosts());
        ALL.put("requireIdempotencyKey", config -> demanding(config.routes(), Route.Demand.IDEMPOTENCY_KEY));
        ALL.put("requireIfMatch", config -> demanding(config.routes(), Route.Demand.IF_MATCH));
        ALL.put("listener", config -> config.listeners().keySet());
        ALL.put("observer", config -> config.observers().isEmpty());
    }

    private RestartSettings() {}

    /** Returns the names of all these settings, in the order in which differences are told. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /** Returns the names of the settings that differ, in a fixed order. */
    public static List<String> differences(EngineConfig running, EngineConfig next) {
        return ALL.entrySet().stream()
                .filter(setting -> !Objects.equals(
                        setting.getValue().apply(running), setting.getValue().apply(next)))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Optional<Class<?>> classOf(Optional<?> ofHost) {
        return ofHost.map(Object::getClass);
    }

    private static Set<String> demanding(RouteSettings routes, Route.Demand demand) {
        return routes.demands().entrySet().stream()
                .filter(route -> route.getValue().contains(demand))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
