package dev.plinth.engine;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.client.Clients;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.UnitOfWork;
import dev.plinth.engine.inbox.InboxRecorder;
import dev.plinth.engine.inbox.InboxSession;
import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.command.EffectDecoder;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.node.ActiveEngine;
import dev.plinth.engine.internal.node.EngineDoor;
import dev.plinth.engine.internal.node.EngineFigures;
import dev.plinth.engine.internal.node.EngineNode;
import dev.plinth.engine.internal.node.EngineParts;
import dev.plinth.engine.internal.node.LogNode;
import dev.plinth.engine.internal.node.SingleNode;
import dev.plinth.engine.internal.pipeline.OpenWaits;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.settings.AdminToken;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.settings.SettingChecks;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.wire.Wire;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.Position;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.server.CallBudgets;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.server.NodeForwarding;
import dev.plinth.engine.settings.FirstStart;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A platform engine in this JVM: workspaces with keys and plans, resources and children, jobs, events and webhooks.
 *
 * <p>Made by {@link #inMemory} or {@link #builder}. Thread-safe. {@link #close} drains it.
 */
public final class Engine implements AutoCloseable {
    private static final Set<Audience> ALL = Set.of(Audience.values());
    private static volatile Supplier<Optional<SharedLog>> logsInMemory = Optional::empty;

    private final EngineConfig config;
    private final HostCode hostCode;
    private final EngineNode node;
    private final Clients clients;
    private final String operatorToken;
    private final CallBudgets budgets;
    private final Guard guard;
    private final LiveSettings settings;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Engine(EngineParts parts, EngineNode node, LiveSettings settings) {
        this.config = parts.config();
        this.hostCode = parts.hostCode();
        this.node = node;
        this.settings = settings;
        settings.onKeysRead(node::rereadKeys);
        clients = Clients.ofPresent(() -> node.leading().clients());
        operatorToken = parts.operatorToken();
        budgets = CallBudgets.of(Runtime.getRuntime().maxMemory());
        guard = new Guard(node, budgets);
    }

    /**
     * Opens an engine that keeps everything in a directory and its tables on the heap. A change is durable before it is
     * acknowledged.
     *
     * @throws IllegalStateException if it cannot be opened; one sentence says why and what to do
     */
    public static Engine open(Path directory) {
        return builder().directory(directory).open();
    }

    /** Opens an engine in memory with its own defaults: no files, no flags, open in milliseconds. */
    public static Engine inMemory() {
        return builder().open();
    }

    /** Returns a builder with the default settings. */
    public static EngineBuilder builder() {
        return new EngineBuilder();
    }

    /** Opens an engine. If that fails, no file stays open and no thread runs. */
    static Engine open(EngineConfig config) {
        SettingChecks.checkOperations(config);
        SettingChecks.checkNode(config);
        Optional<SharedLog> log = config.log();
        if (config.directory().isEmpty()) {
            log = log.or(logsInMemory);
        }
        if (log.isEmpty()) {
            return open(config, EngineStore.open(config));
        }
        EngineParts parts = parts(config);
        LiveSettings settings = new LiveSettings(parts.config(), parts.plans());
        return new Engine(parts, LogNode.open(parts, log.get(), settings::applyTo, settings::leave), settings);
    }

    /** Gives each engine in memory a shared log of its own, so that tests of the engine run over a log too. */
    static void inMemoryOver(Supplier<Optional<SharedLog>> logs) {
        logsInMemory = logs;
    }

    /** Opens an engine over a store, which the engine owns and closes. */
    static Engine open(EngineConfig config, Store store) {
        EngineParts parts;
        try {
            parts = parts(config);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
        LiveSettings settings = new LiveSettings(parts.config(), parts.plans());
        SingleNode node = SingleNode.open(parts, store);
        settings.applyTo(node.active());
        return new Engine(parts, node, settings);
    }

    private static EngineParts parts(EngineConfig config) {
        return new EngineParts(
                config,
                new ProblemJson(config.identity().problemBase()),
                new Plans(config.plans()),
                AdminToken.fresh(config),
                Optional.empty(),
                Optional::empty,
                new HostCode());
    }

    /** Returns a client bound to an API key. */
    public PlinthClient client(String apiKey) {
        return clients.withKey(apiKey);
    }

    /**
     * Returns a client of a workspace for the host's own code. It has no key and all scopes, and it takes no rate-limit
     * units. The limits of the plan hold. Idempotency keys are those of the workspace, and its request log shows the
     * calls as the host's. Job handlers, operations and listeners are given such a client.
     *
     * <p>Its calls are refused with 404 if there is no such workspace, and with 403 while the workspace is suspended.
     *
     * @param id {@code ws_…}
     */
    public PlinthClient workspace(String id) {
        Objects.requireNonNull(id, "id must not be null.");
        return clients.ofHost(Id.orNowhere(IdKind.WORKSPACE, id));
    }

    /** Returns the operator's client. */
    public AdminClient admin() {
        return clients.withToken(operatorToken);
    }

    /**
     * Answers a call as the wire would, on the caller's thread.
     *
     * @throws IllegalStateException on a thread of the engine's own, on which a host's log handler or clock may run
     */
    public Reply call(Call call) {
        Objects.requireNonNull(call, "call must not be null.");
        ActiveEngine active = node.active();
        return active == null ? node.refuse(call, ALL) : active.wire().execute(call);
    }

    /**
     * Answers a call as the wire would and never blocks the caller's thread.
     *
     * <p>A future that is not complete on return completes on a worker of the engine, and so do the stages chained to
     * it. Such a stage may call the engine and wait, however many do so at once. {@link #close} waits for it as for a
     * call.
     */
    public CompletableFuture<Reply> submit(Call call) {
        Objects.requireNonNull(call, "call must not be null.");
        ActiveEngine active = node.active();
        return active == null
                ? CompletableFuture.completedFuture(node.refuse(call, ALL))
                : active.wire().submit(call, active.dispatcher().workers());
    }

    /**
     * Makes a door for a server.
     *
     * @param executor completes the futures of {@link CallDoor#submit}, unless they are complete at once
     */
    public CallDoor door(Executor executor) {
        Objects.requireNonNull(executor, "executor must not be null.");
        return door(executor, ALL);
    }

    /**
     * Makes a door that serves only the routes of some audiences. A call to any other path is answered with 404
     * {@code route_not_found}.
     *
     * @param executor completes the futures of {@link CallDoor#submit}, unless they are complete at once
     * @param audiences one or more
     * @throws IllegalArgumentException if there is none
     */
    public CallDoor door(Executor executor, Set<Audience> audiences) {
        Objects.requireNonNull(executor, "executor must not be null.");
        Objects.requireNonNull(audiences, "audiences must not be null.");
        if (audiences.isEmpty()) {
            throw new IllegalArgumentException("audiences must be one or more, and are none. Name at least one.");
        }
        return new EngineDoor(node, audiences, new ReplyTo(executor, new OpenWaits()));
    }

    /**
     * Runs work of the host on this thread, at most once under an idempotency key within 24 hours, and returns its
     * result. From then on the same call returns the first result and runs nothing, also after a restart. The keys are
     * shared with the workspace's requests: a key that a request has used is used here too.
     *
     * <p>If the work throws, the key is free again and the exception reaches the caller.
     *
     * <p>The effects of the work outside the engine are not part of the engine's commit. In these cases the key becomes
     * free after the work has acted, and the same call runs the work again:
     * <ul>
     * <li>The process dies before the result is durable.
     * <li>The disk fails, the engine closes or another node leads meanwhile ({@code outcome_unknown}).
     * <li>The store refuses the result (503 {@code capacity_exhausted}). The room on the disk is checked before the
     * work runs.
     * </ul>
     *
     * <p>Work that must not happen twice even then has to recognise its own effects, for instance by passing the key
     * on. The work must not call this method with the same key.
     *
     * @param workspaceId {@code ws_…}
     * @param key 1–255 printable ASCII characters; in quotes it is the same key, as on the wire
     * @param fingerprint identifies the request. With another fingerprint the key is refused, so that a call never gets
     *     the result of another request
     * @param work gives a result of at most 128 KiB; a larger one is an {@code IllegalArgumentException} and leaves the key free
     * @return the result, once it is durable
     * @throws PlinthException 409 {@code idempotency_key_in_use} while another thread runs the work, 422
     *     {@code idempotency_key_reused} under another fingerprint. 400 for a malformed key, 404 for an unknown
     *     workspace, 403 for a suspended one, 503 while the engine closes
     */
    public Json idempotent(String workspaceId, String key, String fingerprint, Supplier<Json> work) {
        return node.leading().idempotent().run(workspaceId, key, fingerprint, work);
    }

    /**
     * Runs a unit of work of the host on this thread, and commits its effects in one record. The effects happen only if
     * everything that the work has read is unchanged. Otherwise the work runs again with fresh reads, up to 16 runs in all.
     * A random pause of real time, of 128 ms at most, precedes each further run. So anything else that the work does may happen several times.
     *
     * <p>If the work throws, nothing happens. The exception reaches the caller, unless something has changed that the
     * work had read; then it runs again. {@link #close} waits for it as for a call. The reads of
     * a unit without effects are checked too, so all of them held at one time.
     *
     * @param workspaceId {@code ws_…}
     * @param work reads, records effects and returns a result; null for none
     * @return the result of the last run, once the effects are durable
     * @throws PlinthException 412 {@code precondition_failed} and retryable if others changed what the work had read in
     *     each run. Any problem of an effect, such as 404 or 409; the work does not run again then. 404 for an unknown
     *     workspace, 403 for a suspended one, 503 while the engine closes. Nothing was
     *     changed in all of these cases. 503 {@code outcome_unknown}, not retryable, if the disk or the log failed meanwhile:
     *     the effects may have happened. Read before you repeat it, or have an effect that can happen only once, such as
     *     a job with a unique key
     * @throws IllegalStateException on a thread of the engine's own
     */
    public <T extends @Nullable Object> T transact(String workspaceId, Function<? super UnitOfWork, ? extends T> work) {
        return node.leading().units().run(workspaceId, work);
    }

    /**
     * Opens a session that applies the rows of an inbox in the host's database. An adapter such as {@code engine-jdbc}
     * reads the rows and deletes them.
     *
     * @param name the name of the inbox, {@code [a-zA-Z][a-zA-Z0-9._-]{0,63}}
     * @throws PlinthException 503 {@code not_leader} if the node does not lead
     * @throws IllegalStateException if a session of this name is open in this engine
     */
    public InboxSession inbox(String name) {
        Objects.requireNonNull(name, "name must not be null.");
        return node.leading().inboxes().open(SettingChecks.checkedName(name));
    }

    /** Begins to record effects as the body of a row of an inbox. */
    public InboxRecorder inboxRecorder() {
        ActiveEngine active = node.active();
        EffectDecoder checks = active == null ? null : active::decode;
        return RecordedEffects.forInbox(config.ids(), config.clock()::epochMillis, checks, node::exception);
    }

    /** Returns the guard of routes that the host answers itself. */
    public Guard guard() {
        return guard;
    }

    /**
     * Returns the memory that calls of this engine may take. Its guard and all servers in front of it share these budgets.
     * They are those of {@link CallBudgets#of} for the heap of this JVM. Thread-safe.
     */
    public CallBudgets callBudgets() {
        return budgets;
    }

    /** Returns the most bytes that the body of a call may have on this route. */
    public int bodyBytesMax(String method, String path) {
        Objects.requireNonNull(method, "method must not be null.");
        Objects.requireNonNull(path, "path must not be null.");
        ActiveEngine active = node.active();
        return active == null ? Limits.BULK_BODY_BYTES_MAX : active.wire().bodyBytesMax(method, path);
    }

    /**
     * Returns a problem document with a new request id, for input that an adapter refuses before it becomes a call.
     *
     * @param code a problem's name, such as {@code malformed_request}
     * @param detail a sentence for the client
     * @throws IllegalArgumentException if there is no problem of this name
     */
    public Reply refusal(String code, String detail) {
        Objects.requireNonNull(code, "code must not be null.");
        Objects.requireNonNull(detail, "detail must not be null.");
        return node.refuse(Refusal.of(ProblemCode.valueOf(code.toUpperCase(Locale.ROOT)), detail));
    }

    /**
     * Returns how many calls each rate limit in shadow mode would have refused since the engine was opened, by
     * {@code plan/policy}. A limit that would have refused none has no entry. Each reign of a node counts from zero.
     */
    public Map<String, Long> shadowRefusals() {
        return ofActive(ActiveEngine::shadowRefusals, Map.of());
    }

    /**
     * Returns one sentence on the plans that sell more than the tables hold. A workspace at the limit of such a plan,
     * with a row for every call, outgrows its share before rows expire. It is then refused with
     * {@code plan_limit_reached}.
     *
     * @return the sentence; empty if the tables hold what every plan sells
     */
    public Optional<String> outgrownTables() {
        return ofActive(ActiveEngine::outgrownTables, Optional.empty());
    }

    /**
     * Returns what this node does now. An engine without a shared log leads from its opening until {@link #close} is called.
     * Any engine is {@link NodeRole#STOPPED} from then on.
     */
    @Experimental
    public NodeRole role() {
        return closed.get() ? NodeRole.STOPPED : node.role();
    }

    /** Returns how far this node has come in the records of the engine. */
    @Experimental
    public Position position() {
        return node.position();
    }

    /**
     * Returns the node that leads, as far as this one knows. It may have lost its reign meanwhile. Empty without a shared
     * log.
     */
    @Experimental
    public Optional<Leader> leader() {
        return node.leader();
    }

    /** Returns what a server needs to hand calls on to the node that leads; empty without a shared log. */
    @Experimental
    public Optional<NodeForwarding> forwarding() {
        return node.forwarding();
    }

    /**
     * Has a listener learn of each change of the role from now on, in order, on a thread of its own. It may call the
     * engine. Without a shared log there are no changes.
     */
    @Experimental
    public void onRole(Consumer<? super NodeRole> listener) {
        node.onRole(Objects.requireNonNull(listener, "listener must not be null."));
    }

    /**
     * Gives the reign up, so that another node may lead at once. Calls in flight get their grace. This node follows, and
     * stands again some seconds later if no other node leads then. Returns at once; does nothing on a node that does not lead.
     *
     * @throws IllegalStateException without a shared log
     */
    @Experimental
    public void resign() {
        node.resign();
    }

    /** Returns the settings that change while the engine runs. */
    public LiveSettings settings() {
        return settings;
    }

    /** Returns what the engine created when it was opened on an empty store; empty if it created nothing. */
    public Optional<FirstStart> firstStart() {
        return node.firstStart();
    }

    /** Returns the operator's token if it was created when the engine was opened. Show it then: only its digest is kept. */
    public Optional<String> newAdminToken() {
        return node.newAdminToken();
    }

    /**
     * Returns how many rows the sweep has deleted, ended or released since the engine was opened, by kind. Each reign of a
     * node counts from zero. For metrics.
     */
    public Map<String, Long> sweptRows() {
        return ofActive(ActiveEngine::sweptRows, Map.of());
    }

    /** Returns the present figures, which {@code GET /metrics} shows too. Keep them for a second or longer. */
    public List<Figure> figures() {
        return EngineFigures.ofOpen(() -> ofActive(active -> active.figures().read(), node.figures()));
    }

    /** Returns figures of the queued jobs of all workspaces, above all of those without a handler. For metrics. */
    public JobFigures jobFigures() {
        return EngineFigures.ofOpen(
                () -> ofActive(active -> active.jobQueueFigures().get(), JobFigures.of(0)));
    }

    /** Returns how many deleted workspaces have rows left. For metrics; {@link #sweptRows} counts the purged rows. */
    public long workspacesBeingDeleted() {
        return EngineFigures.ofOpen(() -> ofActive(active -> active.store().look(DeletedWorkspaces::withRows), 0L));
    }

    /**
     * Copies the engine's directory while the engine runs, as {@link DataDirectory#backup} does.
     *
     * @param target a directory that does not exist, or is empty
     * @throws IllegalStateException if it cannot be done, or the engine is in memory or over a shared log; one sentence
     *     says why
     */
    public StoreReport backup(Path target) {
        Objects.requireNonNull(target, "target must not be null.");
        return EngineStore.backup(
                config.directory()
                        .orElseThrow(
                                () -> new IllegalStateException(
                                        config.log().isPresent()
                                                ? "An engine over a shared log has no directory to copy. Copy the log with LogTools.exportDirectory."
                                                : "An engine in memory has nothing to copy. Back up an engine that was built with a directory.")),
                target);
    }

    /** Returns the hash of the rows, for tests on a node on which nothing happens. */
    byte[] stateHash() {
        return node.stateHash();
    }

    /** Returns the store, for metrics. */
    Store store() {
        return node.leading().store();
    }

    /** Returns the wire, for its route table. */
    Wire wire() {
        return node.leading().wire();
    }

    /** Returns the request log, for metrics. */
    RequestLog requestLog() {
        return node.leading().requestLog();
    }

    /** Refuses new calls from now on with 503, and begins no further job. Calls and jobs in flight go on. */
    public void beginDrain() {
        node.beginDrain();
    }

    /**
     * Returns false once the journal has failed. Then nothing is written any more, and reads go on. Restart the engine.
     * {@link #close} does not change the value. Over a shared log it is false only if the node has stopped ({@link #role}).
     */
    public boolean isWritable() {
        return node.isWritable();
    }

    /**
     * Returns false once the engine has failed in a way from which it does not recover. The journal has failed
     * ({@link #isWritable}), the JVM has run out of memory, or a thread that durability, timers or sockets depend on
     * has ended ({@link #fatalFailure}). The engine goes on as well as it can; the host decides whether to restart the
     * process.
     */
    public boolean isHealthy() {
        return node.fatalErrors().isWell() && isWritable();
    }

    /**
     * Returns a sentence that names the memory or thread that the engine lacks and the next step; empty as long as it
     * lacks none. A failed disk is not included, because reads go on then.
     */
    public Optional<String> fatalFailure() {
        return node.fatalErrors().failure();
    }

    /**
     * Waits for {@link #fatalFailure} as long as the engine is open. For a thread of the host that then ends the
     * process.
     *
     * @return the sentence; empty if the engine was closed without such a failure
     */
    public Optional<String> awaitFatalFailure() throws InterruptedException {
        return node.fatalErrors().await();
    }

    /**
     * Ends the engine. New calls are refused. Work in flight gets 10 s in all, by default ({@link EngineBuilder#grace}): calls with the
     * stages chained to their futures, jobs, deliveries and listeners. Then it is interrupted, and a log line names what was left. Jobs go back
     * to the queue and deliveries stay due. Long polls for the end of a job are answered with its present state.
     * Figures of rows throw {@link IllegalStateException} from then on. A second call does nothing.
     *
     * <p>Threads of the host keep no class of a closed engine with tables on the heap, so its class loader can be
     * unloaded. With tables in Chronicle maps the loader stays.
     *
     * <p>A shared log that does not answer is given up after 85 % of the time for closing. The callers of its last changes
     * are told that the outcome is unknown.
     *
     * @throws IllegalStateException if the disk has not taken the written data within 40 s, by default, so that the directory stays
     *     locked. Also at once, and without an effect, in code for which the engine would wait. Such code is a job handler, an
     *     operation, a listener or a unit of work. A thread of the engine's own is refused likewise
     */
    @Override
    public void close() {
        hostCode.checkMayWait("close");
        checkMayWait();
        if (closed.compareAndSet(false, true)
                && !EngineThread.runWithin(config.grace().close().toMillis(), "plinth-close", this::closeParts)) {
            throw hung(config.grace().close().toSeconds());
        }
    }

    private void closeParts() {
        try {
            node.close();
        } finally {
            settings.close();
        }
    }

    private IllegalStateException hung(long seconds) {
        if (config.log().isPresent()) {
            return new IllegalStateException("The log did not answer within " + seconds
                    + " s, so the engine did not close; what was acknowledged is safe."
                    + " Check the database of the log and its standby, and end the process.");
        }
        return new IllegalStateException("The disk did not answer within " + seconds
                + " s, so the engine did not close; what was acknowledged is safe."
                + " The directory stays locked until the process ends. Check the disk and end the process.");
    }

    private void checkMayWait() {
        ActiveEngine active = node.active();
        if (active != null) {
            active.store().checkMayWait();
        }
    }

    private <T> T ofActive(Function<ActiveEngine, T> figure, T otherwise) {
        ActiveEngine active = node.active();
        return active == null ? otherwise : figure.apply(active);
    }
}
