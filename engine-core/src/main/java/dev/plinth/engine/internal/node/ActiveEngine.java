package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.client.Clients;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.LastUsedWriter;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.command.BulkJob;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.command.RecoverJob;
import dev.plinth.engine.internal.event.EventFeed;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.host.HostHandlers;
import dev.plinth.engine.internal.host.IdempotentWork;
import dev.plinth.engine.internal.host.Inboxes;
import dev.plinth.engine.internal.host.UnitsOfWork;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.JobAdmission;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.pipeline.PipelineParts;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.quota.QuotaCheckpointWriter;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.ring.Doorbell;
import dev.plinth.engine.internal.settings.AdminToken;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.EngineExecutors;
import dev.plinth.engine.internal.settings.MasterKey;
import dev.plinth.engine.internal.settings.SweepOrder;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.Sweep;
import dev.plinth.engine.internal.timer.Timers;
import dev.plinth.engine.internal.transfer.WorkspaceTransfers;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.Wire;
import dev.plinth.engine.internal.wire.route.NodeState;
import dev.plinth.engine.internal.wire.route.ReplyRenderer;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.settings.FirstStart;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an engine that exist as long as it leads: all but its rows and its clients. A single node leads from its
 * opening to its end. A node of a shared log makes these parts anew for each reign. So nothing that was read or begun
 * before acts in the next one.
 *
 * <p>Thread-safe.
 */
public final class ActiveEngine {
    private final EngineParts shared;
    private final Store store;
    private final Quotas quotas;
    private final Access access;
    private final SecretCipher cipher;
    private final Commits commits;
    private final RequestDispatcher dispatcher;
    private final Wire wire;
    private final Map<Set<Audience>, Wire> wires = new ConcurrentHashMap<>();
    private final WorkspaceTransfers transfers;
    private final Clients clients;
    private final IdempotentWork idempotent;
    private final UnitsOfWork units;
    private final Inboxes inboxes;
    private final GuardParts guardParts;
    private final Webhooks webhooks;
    private final JobRunner jobs;
    private final Supplier<JobFigures> jobQueueFigures;
    private final EngineFigures figures;
    private final RequestLog requestLog;
    private final Sweep sweep;
    private final Timers timers;
    private final EventFeed feed;
    private final Doorbell jobRing;
    private final Doorbell eventRing;
    private final ExecutorService workers;
    private final EngineEnd end;
    private final AdminToken adminToken;
    private final PlanCapacityCheck outgrown;
    private volatile ManualClock.@Nullable Attachment attachment;
    private volatile Optional<FirstStart> firstStart = Optional.empty();

    private ActiveEngine(EngineParts shared, Store opened) {
        this.shared = shared;
        EngineConfig config = shared.config();
        Plans plans = shared.plans();
        ProblemJson problems = shared.problems();
        requestLog = new RequestLog(config.requestLogEntries());
        store = opened;
        cipher = MasterKey.find(config, store);
        outgrown = new PlanCapacityCheck(plans, store, config.maxResources());
        commits = new Commits(store, config.ids(), cipher, plans);
        MasterKey.check(config, store, commits, cipher);
        workers = EngineExecutors.create();
        ExecutorService hostWorkers = EngineExecutors.ofHost(config, workers);
        adminToken = AdminToken.find(config, store);
        access = new Access(plans, shared.operatorToken(), adminToken.digest());
        QuotaCheckpointWriter checkpoints = new QuotaCheckpointWriter(commits, config.clock(), store);
        quotas = new Quotas(config.clock(), config.isDurable() ? checkpoints : null);
        RequestMetrics requestMetrics = new RequestMetrics();
        Supplier<RecordedEffects> recorders = () -> new RecordedEffects(
                config.ids(), opened::nowMillis, this::decode, shared.hostCode().begin());
        HostHandlers handlers = new HostHandlers(config, this::workspace, recorders, access);
        JobAdmission admission = new JobAdmission(config.places().jobs(), Access::isActive, access::planned);
        JobRunner.OwnJobs own = new JobRunner.OwnJobs(
                Map.of(BulkJob.TYPE, BulkJob.opener(plans, config.types(), problems)),
                Map.of(RecoverJob.TYPE, RecoverJob::open));
        jobs = new JobRunner(store, commits, hostWorkers, handlers.jobs(), own, problems, admission);
        jobQueueFigures = jobs.queueFigures();
        webhooks = webhooks(config, cipher, access);
        LastUsedWriter keyUses = new LastUsedWriter(access.uses(), commits, store.nowMillis());
        sweep = new Sweep(store, commits, config.clock(), workers, SweepOrder.inOrder(cipher));
        timers = new Timers(
                store, config.clock(), List.of(jobs, webhooks, keyUses, sweep, checkpoints), shared.hostCode());
        checkpoints.onNoted(timers::wake);
        feed = new EventFeed(store, commits, hostWorkers, handlers.listeners());
        jobRing = new Doorbell("plinth-job-ring", store.fatalErrors().noting(timers::wake));
        eventRing = new Doorbell("plinth-event-ring", store.fatalErrors().noting(() -> {
            feed.wake();
            timers.wake();
        }));
        dispatcher = new RequestDispatcher(new PipelineParts(
                store,
                config.clock(),
                config.ids(),
                access,
                quotas,
                new Idempotency(cipher, problems, Events::data),
                commits,
                Resources::checkVisible,
                requestLog,
                requestMetrics,
                config.observers(),
                workers));
        figures = new EngineFigures(
                store,
                requestMetrics,
                quotas,
                sweep,
                new EngineFigures.Work(jobQueueFigures, jobs.times(), webhooks, cipher, workers),
                this::nodeState);
        wire = wire(config, problems, handlers, plans, access);
        transfers = new WorkspaceTransfers(store, commits, cipher, plans, config.ids());
        clients = Clients.of(wire, dispatcher, transfers);
        idempotent = new IdempotentWork(dispatcher, problems, shared.hostCode());
        units = new UnitsOfWork(
                new UnitsOfWork.Parts(store, commits, access, dispatcher, this::workspace, recorders), problems);
        inboxes = new Inboxes(store, commits, access, dispatcher, wire, problems);
        guardParts = new GuardParts(wire, dispatcher, this::workspace, recorders);
        register(access);
        end = end(keyUses, hostWorkers);
    }

    /**
     * Makes the parts over the rows of a store, and lets them begin.
     *
     * @param isRestart false if another node led before, or this one without an end in between
     * @throws RuntimeException if that fails; then no thread of them runs, and the store is still open
     */
    static ActiveEngine open(EngineParts shared, Store store, boolean isRestart) {
        ActiveEngine active = new ActiveEngine(shared, store);
        try {
            active.start(shared.config(), isRestart);
            return active;
        } catch (RuntimeException | Error e) {
            active.abandon();
            throw e;
        }
    }

    public Store store() {
        return store;
    }

    /** Returns the wire with all routes. */
    public Wire wire() {
        return wire;
    }

    /** Returns the wire with the routes of these audiences alone, which lasts as long as the reign. */
    public Wire wire(Set<Audience> audiences) {
        Wire known = wires.get(audiences); // first, because each call asks, and the other way may lock
        return known == null ? wires.computeIfAbsent(audiences, wire::serving) : known;
    }

    /** Returns the dispatcher of calls. */
    public RequestDispatcher dispatcher() {
        return dispatcher;
    }

    /** Returns clients whose calls this reign alone answers. */
    public Clients clients() {
        return clients;
    }

    /** Returns what guarded calls go to. */
    public GuardParts guardParts() {
        return guardParts;
    }

    /** Returns the host's own work under idempotency keys. */
    public IdempotentWork idempotent() {
        return idempotent;
    }

    /** Returns the host's units of work. */
    public UnitsOfWork units() {
        return units;
    }

    /** Returns the inboxes of the host's databases. */
    public Inboxes inboxes() {
        return inboxes;
    }

    public RequestLog requestLog() {
        return requestLog;
    }

    public EngineFigures figures() {
        return figures;
    }

    /** Returns the figures of queued jobs. */
    public Supplier<JobFigures> jobQueueFigures() {
        return jobQueueFigures;
    }

    /** Returns what the sweep has deleted, ended or released, by kind. */
    public Map<String, Long> sweptRows() {
        return sweep.collected();
    }

    /** Returns the refusals that limits in shadow mode would have made. */
    public Map<String, Long> shadowRefusals() {
        return quotas.shadowRefusals();
    }

    /** Returns a sentence on plans that sell more than the tables hold. */
    public Optional<String> outgrownTables() {
        return outgrown.sentence();
    }

    /** Returns what was created because the store was empty. */
    Optional<FirstStart> firstStart() {
        return firstStart;
    }

    /** Returns the operator's token if it was made now. */
    Optional<String> newAdminToken() {
        return adminToken.made();
    }

    /**
     * Replaces the host's own plans.
     *
     * @param check refuses by an exception, on the rows before any later decision
     */
    public void replacePlans(List<Plan> plans, Consumer<? super Rows> check) {
        commits.replacePlans(plans, check);
    }

    /** Has all parts see the plans that have been replaced. */
    public void plansChanged() {
        access.plansChanged();
        quotas.followAll(workspace -> store.readToAct(rows -> access.planned(rows, workspace)));
        wire.plansChanged();
    }

    /** Takes other places, and other rules of webhooks. Work in flight goes on. */
    public void reconfigure(Places places, Webhooks.NetworkRules rules) {
        webhooks.reconfigure(rules, places);
        jobs.resize(places.jobs());
    }

    /** Reads the files of the master key again. Returns true if they have others. */
    public boolean rereadKeys() {
        boolean isOther = MasterKey.findAgain(shared.config(), store, commits, cipher);
        if (isOther) {
            figures.forgetPage(); // the operator waits for the secrets of other keys to be 0
            timers.wake(); // the sweep seals again
        }
        return isOther;
    }

    /** Refuses new calls from now on. Those in flight go on. */
    void beginDrain() {
        jobs.stop(); // first, because a job that begins later could not call the engine
        dispatcher.beginDrain();
    }

    /** Drains what is in flight, within the engine's grace, and closes the store. */
    void close() {
        detach();
        end.run();
    }

    /** Drains what is in flight as {@link #close} does, so that another node may lead. */
    void resign() {
        jobs.stop();
        dispatcher.beginDrain(Refusal.notLeader());
        jobs.cancelRunning();
        close();
    }

    /** Ends everything at once, because another node leads or the parts have not begun. Leaves the store open. */
    void abandon() {
        jobs.stop(); // first, as in beginDrain
        dispatcher.beginDrain(Refusal.notLeader());
        detach();
        end.abandon();
    }

    private void detach() {
        ManualClock.Attachment attached = attachment;
        if (attached != null) {
            attached.close();
        }
    }

    private Optional<NodeState> nodeState() {
        return shared.nodeId()
                .map(id -> new NodeState(
                        NodeState.LEADER,
                        store.epoch(),
                        store.committed(),
                        0,
                        shared.config().node().flatMap(Node::url)));
    }

    private PlinthClient workspace(String id) {
        return clients.ofHost(Id.orNowhere(IdKind.WORKSPACE, id));
    }

    /** Decodes an effect by the route table, which is made after the rooms that run handlers. */
    public Command.Change decode(String route, List<String> pathValues, byte @Nullable [] body) {
        return wire.decode(route, pathValues, body);
    }

    private Wire wire(EngineConfig config, ProblemJson problems, HostHandlers handlers, Plans plans, Access access) {
        return new Wire(
                dispatcher,
                new Wire.Parts(
                        store,
                        quotas,
                        plans,
                        webhooks,
                        handlers.operations(),
                        handlers.directOperations(),
                        config.asyncOperations(),
                        jobs.handled(),
                        config.types(),
                        access.uses(),
                        config.routes(),
                        requestLog,
                        figures,
                        EngineConfig.VERSION,
                        problems,
                        new ReplyRenderer.Settings(config.identity().realm(), shared.nodeId(), shared.leaderUrl()),
                        this::nodeState,
                        config.testClock().orElse(null),
                        this::reset,
                        config.configReload().orElse(null)));
    }

    private EngineEnd end(LastUsedWriter keyUses, ExecutorService hostWorkers) {
        return new EngineEnd(
                new EngineEnd.Parts(
                        store,
                        timers,
                        figures,
                        sweep,
                        jobs,
                        webhooks,
                        dispatcher,
                        keyUses,
                        quotas,
                        List.of(jobRing, eventRing),
                        requestLog,
                        feed,
                        List.of(hostWorkers, workers)),
                shared.config().grace());
    }

    private Webhooks webhooks(EngineConfig config, SecretCipher cipher, Access access) {
        return new Webhooks(new Webhooks.Parts(
                store,
                commits,
                cipher,
                config.ids(),
                Events::content,
                Access::isActive,
                workers,
                config.observers(),
                config.webhookReach(),
                config.places(),
                access::planned,
                config.identity().userAgent().orElse("Plinth-Webhooks/" + EngineConfig.VERSION)));
    }

    /** Has the rooms learn of durable changes, in this order. */
    private void register(Access access) {
        access.register(store, planned -> {
            quotas.follow(planned);
            webhooks.follow(planned);
        });
        // An engine in memory has nothing due before its first commit.
        store.onCommitted((sequence, writes) -> begin());
        jobs.register();
        webhooks.register();
        dispatcher.register();
        quotas.register(store);
        requestLog.register(store);
        jobRing.ringOn(store, List.of(Jobs::concerns, Access::concerns, Resources::concerns, Endpoints::concerns));
        eventRing.ringOn(store, List.of(write -> EventFeed.concerns(write) && feed.hasListeners(), Webhooks::concerns));
    }

    private void start(EngineConfig config, boolean isRestart) {
        requestLog.keepIn(config.directory(), config.requestLogBytes(), id -> Access.exists(store.viewToAct(), id));
        transfers.endUnfinished();
        jobs.takeOver(isRestart);
        jobRing.start();
        eventRing.start();
        jobs.onSettled(timers::wake);
        webhooks.onSettled(timers::wake);
        sweep.onSettled(timers::wake);
        if (config.isDurable()) {
            begin();
        }
        feed.wake();
        if (config.clock() instanceof ManualClock manual) {
            attachment = manual.attach(timers);
        }
        if (config.defaultWorkspace()) {
            firstStart = DefaultWorkspace.create(store, clients.withToken(shared.operatorToken()), commits);
        }
        adminToken.remember(config, commits);
    }

    /** Lets the threads begin that look at the clock. Does nothing if they have begun. */
    private void begin() {
        timers.start();
        figures.start();
    }

    private void reset() {
        store.clear();
        access.forget();
        quotas.clear();
        requestLog.clear();
    }
}
