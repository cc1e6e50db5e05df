package dev.plinth.engine;

import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.handler.CallHandler;
import dev.plinth.engine.handler.EngineEventListener;
import dev.plinth.engine.handler.JobHandler;
import dev.plinth.engine.handler.OperationHandler;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.json.RecordType;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.settings.DirectOperation;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.SettingChecks;
import dev.plinth.engine.internal.store.LogClock;
import dev.plinth.engine.internal.store.NodeStore;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.RouteSettings;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.EngineObserver;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.settings.WireIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Collects the settings of an engine and opens it. Not thread-safe. One builder may open several engines, unless it has a
 * {@link #log}, which is the connection of one node.
 */
public final class EngineBuilder {
    /** The most rate-limit units that a call may cost. */
    public static final int CALL_UNITS_MAX = Limits.CALL_UNITS_MAX;

    private final List<Plan> plans = new ArrayList<>();
    private final List<String> webhookAllow = new ArrayList<>();
    private final Map<String, Integer> webhookHostRates = new HashMap<>();
    private final Map<String, OperationHandler> operations = new LinkedHashMap<>();
    private final Map<String, DirectOperation<?>> directOperations = new LinkedHashMap<>();
    private final Set<String> asyncOperations = new LinkedHashSet<>();
    private final Map<String, JobHandler> jobHandlers = new LinkedHashMap<>();
    private final Map<String, EngineEventListener> listeners = new LinkedHashMap<>();
    private final Map<String, Json> resourceTypes = new LinkedHashMap<>();
    private Observers observers = Observers.NONE;
    private final Map<String, Json> childTypes = new LinkedHashMap<>();
    private final Map<String, Integer> routeCosts = new LinkedHashMap<>();
    private final Map<String, Integer> operationCosts = new LinkedHashMap<>();
    private final Map<String, Set<Route.Demand>> demands = new LinkedHashMap<>();
    private EngineClock clock = EngineClock.system();
    private Optional<ManualClock> testClock = Optional.empty();
    private IdSource ids = new RandomIds();
    private Tables tables = Tables.HEAP;
    private long maxResources = EngineSetting.MAX_RESOURCES.byDefault();
    private Optional<String> adminToken = Optional.empty();
    private Optional<Path> directory = Optional.empty();
    private Optional<SharedLog> log = Optional.empty();
    private Optional<Node> node = Optional.empty();
    private Durability durability = Durability.FSYNC;
    private BiFunction<Path, Durability, StoreFiles> files = StoreFiles::in;
    private long bytesPerLogSnapshot = NodeStore.BYTES_PER_SNAPSHOT;
    private Optional<Path> secretKeyFile = Optional.empty();
    private Optional<Path> otherSecretKeyFile = Optional.empty();
    private Optional<Path> quickRestart = Optional.empty();
    private long requestLogBytes;
    private int requestLogEntries = (int) EngineSetting.REQUEST_LOG_ENTRIES.byDefault();
    private Places places = Places.DEFAULT;
    private RetentionTimes retention = RetentionTimes.DEFAULT;
    private GraceTimes grace = GraceTimes.DEFAULT;
    private WireIdentity identity = WireIdentity.DEFAULT;
    private Optional<Executor> executor = Optional.empty();
    private boolean defaultWorkspace;
    private Optional<Supplier<Json>> configReload = Optional.empty();

    EngineBuilder() {}

    /**
     * Keeps everything in memory, until the process ends. The default. Forgets each file and directory set before, and a
     * log with its node. The caller has to close such a log.
     */
    public EngineBuilder inMemory() {
        directory = quickRestart = secretKeyFile = otherSecretKeyFile = Optional.empty();
        log = Optional.empty();
        node = Optional.empty();
        requestLogBytes = 0;
        return this;
    }

    /**
     * Keeps everything in a directory, which is created if it does not exist. Only one engine at a time may have it
     * open.
     */
    public EngineBuilder directory(Path path) {
        directory = Optional.of(Objects.requireNonNull(path, "directory must not be null; leave it out for memory."));
        return this;
    }

    /**
     * Keeps everything in a log that other engines share, and in no directory. One of them leads at a time, and the others
     * follow it. The engine reads the log to its end before it is open, and closes it at last, even if it does not open.
     * It needs {@link #secretKeyFile}, with the same key on every node, and the same plans, types and handlers.
     */
    @Experimental
    public EngineBuilder log(SharedLog shared) {
        log = Optional.of(
                Objects.requireNonNull(shared, "log must not be null; leave it out for an engine of its own."));
        return this;
    }

    /**
     * Sets the name of this node of a shared log, and the address at which others reach it. The default is a random name
     * without an address. A node that starts again under the same name need not wait for the end of its own lease.
     */
    @Experimental
    public EngineBuilder node(Node me) {
        node = Optional.of(Objects.requireNonNull(me, "node must not be null; leave it out for a random name."));
        return this;
    }

    /** Sets the failures that an acknowledged change survives, for an engine with a directory. The default is FSYNC. */
    public EngineBuilder durability(Durability level) {
        durability = Objects.requireNonNull(level, "durability must not be null; the default is FSYNC.");
        return this;
    }

    /** Sets other sizes of files, for tests: small files change often. */
    EngineBuilder files(int segmentBytes, long bytesPerSnapshot) {
        files = (path, level) -> new StoreFiles(path, level, segmentBytes, bytesPerSnapshot);
        return this;
    }

    /** Sets another size of the log after which a node may write a snapshot of it, for tests. */
    EngineBuilder bytesPerLogSnapshot(long bytes) {
        bytesPerLogSnapshot = bytes;
        return this;
    }

    /**
     * Keeps the memory of off-heap tables in files of this directory, best in memory such as below {@code /dev/shm}.
     * After a clean close the next engine opens them at once, under the same kernel and with the same release and
     * settings. In any other case they are made again from the engine's own directory, which alone is the truth. Linux
     * only.
     *
     * @param path a directory of this engine's own, created if it does not exist
     */
    public EngineBuilder quickRestart(Path path) {
        quickRestart =
                Optional.of(Objects.requireNonNull(path, "quickRestart must not be null; leave it out for none."));
        return this;
    }

    /**
     * Keeps the request log in files of the directory too, so that a restart does not lose it. The default keeps it in
     * memory alone. Requests of the last moment before a crash may be missing.
     *
     * @param bytes the most bytes of all files, 1,000,000 to 1,000,000,000,000; beyond them the oldest requests go
     */
    public EngineBuilder requestLogBytes(long bytes) {
        requestLogBytes = EngineSetting.REQUEST_LOG_BYTES.checked(bytes);
        return this;
    }

    /**
     * Sets how many requests of all workspaces the request log keeps in memory. A workspace has 1,000 at most. A request
     * with a long path or long errors counts several times. The default is 100,000.
     *
     * @param entries 1,000 to 10,000,000
     */
    public EngineBuilder requestLogEntries(int entries) {
        requestLogEntries = (int) EngineSetting.REQUEST_LOG_ENTRIES.checked(entries);
        return this;
    }

    /**
     * Sets how much work may be in flight at once. The default is {@link Places#DEFAULT}. {@link LiveSettings#replace}
     * changes it while the engine runs.
     */
    public EngineBuilder places(Places numbers) {
        places = Objects.requireNonNull(numbers, "places must not be null; the default is Places.DEFAULT.");
        return this;
    }

    /**
     * Sets for how long rows are kept. The default is {@link RetentionTimes#DEFAULT}, which clients of the HTTP API rely on.
     * Another time counts for rows that are there already, too. A shorter one deletes old rows in the background, in
     * small steps. Remembered answers are always kept for 24 hours.
     */
    public EngineBuilder retention(RetentionTimes times) {
        retention = Objects.requireNonNull(times, "retention must not be null; the default is RetentionTimes.DEFAULT.");
        return this;
    }

    /** Sets how long {@link Engine#close} waits. The default is {@link GraceTimes#DEFAULT}. */
    public EngineBuilder grace(GraceTimes times) {
        grace = Objects.requireNonNull(times, "grace must not be null; the default is GraceTimes.DEFAULT.");
        return this;
    }

    /**
     * Sets the base of problem types, the realm and the user agent of webhooks. The default is {@link WireIdentity#DEFAULT}.
     * Remembered answers and failed jobs keep the types with which they were stored.
     */
    public EngineBuilder identity(WireIdentity names) {
        identity = Objects.requireNonNull(names, "identity must not be null; the default is WireIdentity.DEFAULT.");
        return this;
    }

    /**
     * Sets the executor on which handlers of jobs and listeners run. The default is one of the engine's own, with virtual
     * threads where the JDK has them. The engine does not shut it down. Closing interrupts those of its threads that run a
     * task of the engine.
     *
     * <p>It must not run a task on the calling thread, and needs a thread for each of {@link Places#jobs} and for each
     * listener. A job or event that it rejects is tried again.
     */
    public EngineBuilder executor(Executor other) {
        executor = Optional.of(
                Objects.requireNonNull(other, "executor must not be null; leave it out for the engine's own."));
        return this;
    }

    /**
     * Sets the file with the 32-byte master key that encrypts secrets at rest. It is created if it does not exist. The
     * default is {@code secret.key} in the directory.
     */
    public EngineBuilder secretKeyFile(Path file) {
        secretKeyFile = Optional.of(
                Objects.requireNonNull(file, "secretKeyFile must not be null; leave it out for the default."));
        return this;
    }

    /**
     * Sets the file with a further master key that opens secrets and seals none, for a rotation of the key. Nothing is wrong
     * if it does not exist. The default is {@code secret.other.key} in the directory. {@link LiveSettings#rereadSecretKeys}
     * reads both files again.
     */
    public EngineBuilder otherSecretKeyFile(Path file) {
        otherSecretKeyFile = Optional.of(
                Objects.requireNonNull(file, "otherSecretKeyFile must not be null; leave it out for the default."));
        return this;
    }

    /** Sets where rows are kept. The default is the heap. */
    public EngineBuilder tables(Tables where) {
        tables = Objects.requireNonNull(where, "tables must not be null; the default is HEAP.");
        return this;
    }

    /**
     * Sets how many resources the tables are laid out for. The default is 1,000,000. A table in an arena takes at most
     * 500,000,000 rows and 64 GiB, whatever it is laid out for.
     *
     * @param resources 1 to 1,000,000,000
     */
    public EngineBuilder maxResources(long resources) {
        maxResources = EngineSetting.MAX_RESOURCES.checked(resources);
        return this;
    }

    /**
     * Registers a plan beside starter, pro and business, or in the place of one of them.
     *
     * @throws IllegalArgumentException if a plan of its name has been registered
     */
    public EngineBuilder plan(Plan plan) {
        Objects.requireNonNull(plan, "plan must not be null; starter, pro and business exist without it.");
        if (plans.stream().anyMatch(other -> other.name().equals(plan.name()))) {
            throw SettingChecks.taken("plan", plan.name());
        }
        plans.add(plan);
        return this;
    }

    /**
     * Sets the operator's token: at least {@value Limits#ADMIN_TOKEN_CHARS_MIN} visible ASCII characters. By default
     * the engine makes one at random, the only kind that cannot be guessed.
     *
     * @throws IllegalArgumentException if it is shorter, or has other characters
     */
    public EngineBuilder adminToken(String token) {
        Objects.requireNonNull(token, "adminToken must not be null; leave it out to have one made.");
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new IllegalArgumentException(
                    "The admin token must be visible ASCII characters, and is empty or has others. Choose another"
                            + " one.");
        }
        if (token.length() < Limits.ADMIN_TOKEN_CHARS_MIN) {
            throw new IllegalArgumentException("The admin token must have at least " + Limits.ADMIN_TOKEN_CHARS_MIN
                    + " characters, got " + token.length() + ". Choose a longer one, or give none to have one made.");
        }
        adminToken = Optional.of(token);
        return this;
    }

    /** Lets webhooks go to a range that is not public, such as {@code 127.0.0.0/8}. For development. */
    public EngineBuilder webhookAllow(String cidr) {
        Objects.requireNonNull(cidr, "webhookAllow must not be null.");
        Webhooks.checkRange(cidr);
        webhookAllow.add(cidr);
        return this;
    }

    /**
     * Sets the most webhooks per second to one receiver and the most attempts in flight there, over all workspaces. The
     * default is 500. An endpoint also has its own limit: its {@code maxPerSecond}, or 200 a second. On a manual clock
     * both defaults are off, since it may stand still.
     *
     * @param host a host, or host and port, such as {@code hooks.example.com} or {@code hooks.example.com:8443}; each port counts by itself.
     *     {@code *} stands for all that have no rate of their own
     * @param perSecond 1 to 100,000
     * @throws IllegalArgumentException if the host is empty or the rate is out of range
     */
    public EngineBuilder webhookHostRate(String host, int perSecond) {
        Objects.requireNonNull(host, "host must not be null; * stands for all others.");
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "The host of a webhook rate must be a name, an address or *, and is empty. Name the host.");
        }
        long checkedRate = EngineSetting.WEBHOOK_HOST_RATE.checked(perSecond);
        webhookHostRates.put(host.toLowerCase(Locale.ROOT), (int) checkedRate);
        return this;
    }

    /** Sets the clock. The default is the machine's. The last call of this method and {@link #testClock} counts. */
    public EngineBuilder clock(EngineClock other) {
        clock = Objects.requireNonNull(other, "clock must not be null; the default is EngineClock.system().");
        testClock = Optional.empty();
        return this;
    }

    /**
     * Sets a manual clock that the operator can also advance over the wire, with a route that empties the engine. For
     * tests only.
     */
    public EngineBuilder testClock(ManualClock other) {
        clock(other);
        testClock = Optional.of(other);
        return this;
    }

    /** Sets the source of ids and secrets. The default is random. */
    public EngineBuilder ids(IdSource other) {
        ids = Objects.requireNonNull(other, "ids must not be null; leave the source out for random ids.");
        return this;
    }

    /**
     * Creates the workspace {@code default} with a key when the store is empty. {@link Engine#firstStart} returns them.
     */
    public EngineBuilder createDefaultWorkspace(boolean create) {
        defaultWorkspace = create;
        return this;
    }

    /**
     * Adds the operator's route {@code POST /admin/v1/config/reload}, which calls this code of the host. It may call
     * {@link LiveSettings#replace}. It runs on the engine's executor, perhaps several times at once.
     *
     * @param reload returns an object with the arrays of text {@code taken} and {@code needRestart}. An
     *     {@code IllegalArgumentException} is answered with 422, with one error for each line of its message
     */
    public EngineBuilder configReload(Supplier<Json> reload) {
        configReload = Optional.of(
                Objects.requireNonNull(reload, "configReload must not be null; leave it out for no such route."));
        return this;
    }

    /**
     * Registers a synchronous operation on resources.
     *
     * @throws IllegalArgumentException if an operation of this name, of either kind, has been registered
     */
    public EngineBuilder operation(String name, OperationHandler handler) {
        Objects.requireNonNull(name, "name must not be null.");
        if (asyncOperations.contains(name)) {
            throw SettingChecks.taken("operation", name);
        }
        register(operations, "operation", SettingChecks.checkedName(name), handler);
        return this;
    }

    /**
     * Registers a synchronous operation without a resource, {@code POST /v1/operations/NAME}. Its input is read into a
     * record. An input that does not fit is refused with 422 and all errors. The OpenAPI document has its schema.
     *
     * @param name unique among the operations without a resource
     * @param input a record of strings, numbers, booleans, {@code Instant}, {@code Json}, enums, records, and lists, maps and
     *     optional values of these
     * @throws IllegalArgumentException if such an operation of this name has been registered, or the class has a component that
     *     JSON cannot be read into
     */
    public <I extends Record> EngineBuilder operation(String name, Class<I> input, CallHandler<I> handler) {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(input, "input must not be null.");
        Objects.requireNonNull(handler, "handler must not be null.");
        register(
                directOperations,
                "operation",
                SettingChecks.checkedName(name),
                new DirectOperation<>(input, RecordType.of(input), handler));
        return this;
    }

    /**
     * Registers an asynchronous operation on resources. A call starts a job of this type.
     *
     * @throws IllegalArgumentException if an operation of this name, of either kind, or a handler of this type of job has been
     *     registered
     */
    public EngineBuilder asyncOperation(String name, JobHandler handler) {
        Objects.requireNonNull(name, "name must not be null.");
        return jobHandler(name, handler).asyncOperation(name);
    }

    /**
     * Registers an asynchronous operation on resources whose jobs run outside. A call starts a job of this type, which
     * a worker leases, unless a handler of this type is registered too.
     *
     * @throws IllegalArgumentException if an operation of this name, of either kind, has been registered
     */
    public EngineBuilder asyncOperation(String name) {
        Objects.requireNonNull(name, "name must not be null.");
        if (operations.containsKey(name) || !asyncOperations.add(SettingChecks.checkedName(name))) {
            throw SettingChecks.taken("operation", name);
        }
        return this;
    }

    /**
     * Registers the handler of a type of job.
     *
     * @throws IllegalArgumentException if a handler of this type has been registered, also by
     *     {@link #asyncOperation(String, JobHandler)}
     */
    public EngineBuilder jobHandler(String type, JobHandler handler) {
        Objects.requireNonNull(type, "type must not be null.");
        register(jobHandlers, "handler of a type of job", SettingChecks.checkedName(type), handler);
        return this;
    }

    /**
     * Registers a type of resources, whose {@code data} must be valid under a JSON Schema of draft 2020-12. Once a type
     * is registered, a resource of an unregistered type is refused with 422. A resource without a type has the type
     * {@code resource}.
     *
     * @param name {@code [a-z][a-z0-9_]{0,63}}
     * @param schema the schema; its references stay inside it, nothing is fetched, and its patterns are those of ECMA-262
     */
    public EngineBuilder resourceType(String name, Json schema) {
        Objects.requireNonNull(name, "name must not be null.");
        register(resourceTypes, "type of resources", SettingChecks.checkedType(name), schema);
        return this;
    }

    /**
     * Registers a type of children, as {@link #resourceType} does of resources. A child without a type has the type
     * {@code child}.
     */
    public EngineBuilder childType(String name, Json schema) {
        Objects.requireNonNull(name, "name must not be null.");
        register(childTypes, "type of children", SettingChecks.checkedType(name), schema);
        return this;
    }

    /**
     * Sets the cost of a route in rate-limit units. The default is 1. {@code GET /v1/rate-limit} takes no units, and
     * its cost cannot be set.
     *
     * @param route method and path, such as {@code POST /v1/resources/{id}/pause}
     * @param units 0 to 1,000, and at most the size of every rate limit; 0 takes nothing
     */
    public EngineBuilder routeCost(String route, int units) {
        Objects.requireNonNull(route, "route must not be null.");
        routeCosts.put(route, SettingChecks.checkedUnits(units));
        return this;
    }

    /**
     * Sets the cost of running an operation of the host in rate-limit units, as {@link #routeCost} does for a route.
     */
    public EngineBuilder operationCost(String operation, int units) {
        Objects.requireNonNull(operation, "operation must not be null.");
        operationCosts.put(SettingChecks.checkedName(operation), SettingChecks.checkedUnits(units));
        return this;
    }

    /**
     * Requires an {@code Idempotency-Key} in every call of a route. A call without one is refused with 400
     * {@code idempotency_key_missing}.
     *
     * @param route method and path of a route that changes something, such as {@code POST /v1/resources}
     */
    public EngineBuilder requireIdempotencyKey(String route) {
        Objects.requireNonNull(route, "route must not be null.");
        return demand(route, Route.Demand.IDEMPOTENCY_KEY);
    }

    /**
     * Requires an {@code If-Match} in every call of a route. A call without one is refused with 428
     * {@code precondition_required}, once it is clear that the caller may see and change the target. The items of a
     * bulk call have no headers and are exempt.
     *
     * @param route method and path of a route that changes one resource or child, or runs an operation on one, such as
     *     {@code PATCH /v1/resources/{id}}
     */
    public EngineBuilder requireIfMatch(String route) {
        Objects.requireNonNull(route, "route must not be null.");
        return demand(route, Route.Demand.IF_MATCH);
    }

    /**
     * Registers a listener under a name, by which the engine keeps its position. A new name begins with the oldest
     * event that is kept.
     *
     * @throws IllegalArgumentException if a listener of this name has been registered
     */
    public EngineBuilder listener(String name, EngineEventListener listener) {
        Objects.requireNonNull(name, "name must not be null.");
        register(listeners, "listener", SettingChecks.checkedName(name), listener);
        return this;
    }

    /**
     * Sets what learns of calls, jobs and deliveries. Of several, the last one counts.
     *
     * @param other must return at once; the threads that it runs on are documented there
     */
    public EngineBuilder observer(EngineObserver other) {
        observers = new Observers(Objects.requireNonNull(other, "observer must not be null."));
        return this;
    }

    /**
     * Opens the engine. A directory cannot be opened on an interrupted thread, which stays interrupted.
     *
     * @throws IllegalStateException if it cannot start; one sentence says why and what to do
     * @throws IllegalArgumentException if a setting is invalid
     */
    public Engine open() {
        try {
            return Engine.open(config());
        } catch (RuntimeException | Error failure) {
            // A node closes its log, but a wrong setting or missing memory ends the start before there is a node.
            log.ifPresent(SharedLog::close);
            throw failure;
        }
    }

    /**
     * Checks plans, types and costs together, as {@link #open} does. Routes, operations that have a
     * cost, and a node without a log are checked by {@link #open} alone.
     *
     * @throws IllegalArgumentException if a setting is invalid
     */
    public EngineBuilder check() {
        EngineConfig unused = config();
        return this;
    }

    /** Returns the present settings. */
    EngineConfig config() {
        EngineConfig config = new EngineConfig(
                log.isPresent() ? LogClock.of(clock) : clock,
                testClock,
                ids,
                tables,
                maxResources,
                List.copyOf(plans),
                directory,
                log,
                node,
                durability,
                files,
                bytesPerLogSnapshot,
                secretKeyFile,
                otherSecretKeyFile,
                quickRestart,
                requestLogBytes,
                requestLogEntries,
                places,
                retention,
                grace,
                identity,
                executor,
                adminToken,
                new Webhooks.NetworkRules(webhookAllow, webhookHostRates, !(clock instanceof ManualClock)),
                Map.copyOf(operations),
                Map.copyOf(directOperations),
                Set.copyOf(asyncOperations),
                Map.copyOf(jobHandlers),
                Map.copyOf(listeners),
                observers,
                ContentTypes.of(resourceTypes, childTypes),
                new RouteSettings(Map.copyOf(routeCosts), Map.copyOf(operationCosts), Map.copyOf(demands)),
                defaultWorkspace,
                configReload);
        SettingChecks.check(config);
        return config;
    }

    private EngineBuilder demand(String route, Route.Demand demand) {
        demands.merge(route, Set.of(demand), (one, other) -> one.equals(other) ? one : Set.of(Route.Demand.values()));
        return this;
    }

    private static <T> void register(Map<String, T> registered, String kind, String name, T value) {
        Objects.requireNonNull(value, () -> "The " + kind + " " + Quoted.of(name) + " must not be null.");
        if (registered.putIfAbsent(name, value) != null) {
            throw SettingChecks.taken(kind, name);
        }
    }
}
