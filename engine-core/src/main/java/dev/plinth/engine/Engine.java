package dev.plinth.engine;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.KeyUsesLane;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.DeletedWorkspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.Seal;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.command.BulkJob;
import dev.plinth.engine.internal.command.DeletedWorkspaceRetention;
import dev.plinth.engine.internal.command.RecoverJob;
import dev.plinth.engine.internal.event.EventFeed;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.metrics.RequestTally;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.pipeline.Pipeline;
import dev.plinth.engine.internal.pipeline.Waiters;
import dev.plinth.engine.internal.quota.QuotaMarks;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.ring.Doorbell;
import dev.plinth.engine.internal.store.Journal;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TableKind;
import dev.plinth.engine.internal.timer.Retention;
import dev.plinth.engine.internal.timer.Sweep;
import dev.plinth.engine.internal.timer.Timers;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A platform engine: workspaces with keys and plans, resources and children, jobs, events and webhooks, in this JVM.
 *
 * <p>Made by {@link #inMemory} or {@link #builder}. Thread-safe. {@link #close} drains it.
 */
public final class Engine implements AutoCloseable {
    private static final String VERSION = "0.1.0";
    private static final int ADMIN_TOKEN_BYTES = 24;

    private final Store store;
    private final Quotas quotas;
    private final Pipeline pipeline;
    private final Wire wire;
    private final Webhooks webhooks;
    private final JobRunner jobs;
    private final KeyUsesLane keyUses;
    private final RequestLog requestLog = new RequestLog();
    private final Sweep sweep;
    private final Timers timers;
    private final EventFeed feed;
    private final Doorbell jobRing;
    private final Doorbell eventRing;
    private final ExecutorService workers;
    private final String operatorToken;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Optional<String> newAdminToken;
    private final Commits commits;
    private final Optional<Path> directory;

    private volatile ManualClock.@Nullable Attachment attachment;
    private volatile Optional<FirstStart> firstStart = Optional.empty();

    private Engine(EngineConfig config, Store opened) {
        Plans plans = new Plans(config.plans());
        directory = config.directory();
        store = opened;
        Seal seal = new Seal(SealKey.find(config, store), config.ids());
        commits = new Commits(store, config.ids(), seal);
        SealKey.check(config, store, commits, seal);
        workers = Workers.create();
        operatorToken = token(config);
        AdminToken adminToken = AdminToken.find(config, store, commits, token(config));
        newAdminToken = adminToken.made();
        Access access = new Access(plans, operatorToken, adminToken.digest());
        QuotaMarks marks = new QuotaMarks(commits, config.clock(), store::view);
        quotas = new Quotas(config.clock(), config.directory().isPresent() ? marks : null);
        Waiters waiters = new Waiters();
        RequestTally tally = new RequestTally();
        jobs = new JobRunner(
                store,
                commits,
                workers,
                config.jobHandlers(),
                Map.of(BulkJob.TYPE, BulkJob.opener(plans, config.types())),
                Map.of(RecoverJob.TYPE, RecoverJob::open),
                Access::isActive);
        webhooks = webhooks(config, store, commits, seal, workers);
        keyUses = new KeyUsesLane(access.uses(), commits, store.nowMillis());
        sweep = new Sweep(store, commits, config.clock(), workers, retentions());
        timers = new Timers(store, config.clock(), List.of(jobs, webhooks, keyUses, sweep, marks));
        marks.onNoted(timers::wake);
        feed = new EventFeed(store, commits, workers, config.listeners());
        jobRing = new Doorbell("plinth-job-ring", timers::wake);
        eventRing = new Doorbell("plinth-event-ring", () -> {
            feed.wake();
            timers.wake();
        });
        pipeline = new Pipeline(new Pipeline.Parts(
                store,
                config.clock(),
                config.ids(),
                access,
                quotas,
                new Idempotency(seal),
                commits,
                waiters,
                Resources::checkVisible,
                requestLog,
                tally,
                workers));
        wire = wire(config, plans, access, tally);
        store.onCommitted((sequence, writes) -> committed(sequence, writes, access, waiters));
    }

    /**
     * An engine that keeps everything in a directory, on the heap, durable before it is acknowledged.
     *
     * @throws IllegalStateException if it cannot be opened; one sentence says why and what to do
     */
    public static Engine open(Path directory) {
        return builder().directory(directory).open();
    }

    /** An engine in memory with its own defaults: no files, no flags, open in milliseconds. */
    public static Engine inMemory() {
        return builder().open();
    }

    /** Collects what an engine is to be. */
    public static EngineBuilder builder() {
        return new EngineBuilder();
    }

    /** What fails to open leaves no file open and no thread: until it starts, an engine has none but those of its store. */
    static Engine open(EngineConfig config) {
        Store store = openStore(config);
        Engine engine;
        try {
            engine = new Engine(config, store);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
        try {
            engine.start(config);
            return engine;
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /** A client bound to an API key. */
    public PlinthClient client(String apiKey) {
        return new PlinthClient(new Calls(wire, pipeline, apiKey));
    }

    /** What the operator may do. */
    public AdminClient admin() {
        return new AdminClient(new Calls(wire, pipeline, operatorToken));
    }

    /** Answers a call as the wire would, on the caller's thread. */
    public Reply call(Call call) {
        return wire.execute(call);
    }

    /**
     * Answers a call as the wire would, without ever blocking the caller's thread.
     *
     * <p>What is chained to the future may run on the thread that tells of what is durable, be it the journal's or another caller's, and
     * everybody else waits meanwhile. So it has to be short, and must not wait for another call of this engine, which would wait for that
     * very thread: chain such work with an executor of its own ({@code thenApplyAsync}).
     */
    public CompletableFuture<Reply> submit(Call call) {
        return wire.submit(call);
    }

    /**
     * Runs work of the host, on this thread, at most once under an idempotency key within 24 hours, and gives its result: from
     * then on the same call gives the first result and runs nothing, also after a restart. Keys are those of the workspace's
     * requests: one that a request has used is used here too.
     *
     * <p>If the work throws, the key is free again and the exception goes on to the caller. What the work did outside the engine
     * is not part of the engine's commit: if the process dies, or the disk fails ({@code outcome_unknown}), after the work has
     * acted and before its result is durable, or the store refuses the result (503 {@code capacity_exhausted}; whether the disk has
     * room is looked at before the work), the key is free and the same call runs the work again. Work that must not
     * happen twice even then has to recognise its own traces, for instance by handing the key on. The work must not call this
     * method with the same key.
     *
     * @param workspaceId {@code ws_…}
     * @param key 1–255 printable ASCII characters; in quotes it is the same key, as on the wire
     * @param fingerprint says what is asked for: with another one the key is refused, so that it never gives the result of
     *     something else
     * @param work gives a result of at most 128 KiB; a larger one is an {@code IllegalArgumentException} and leaves the key free
     * @return the result, once it is durable
     * @throws PlinthException 409 {@code idempotency_key_in_use} while another thread runs it, 422 {@code
     *     idempotency_key_reused} under another fingerprint, 400 for what is no key, 404 for an unknown workspace, 403 for a
     *     suspended one, 503 while the engine closes
     */
    public Json idempotent(String workspaceId, String key, String fingerprint, Supplier<Json> work) {
        return OnceOnly.run(pipeline, workspaceId, key, fingerprint, work);
    }

    /** Bytes of a body that a route takes at most. */
    public int bodyBytesMax(String method, String path) {
        return wire.bodyBytesMax(method, path);
    }

    /**
     * A problem document with a fresh request id, for an adapter that has to refuse what never became a call.
     *
     * @param code a problem's name, such as {@code malformed_request}
     * @param detail a sentence for the client
     */
    public Reply refusal(String code, String detail) {
        return wire.refuse(Refusal.of(ProblemCode.valueOf(code.toUpperCase(Locale.ROOT)), detail));
    }

    /**
     * How many calls each rate limit in shadow mode would have refused since the engine was opened, by {@code plan/policy}; none
     * that refused nothing.
     */
    public Map<String, Long> shadowRefusals() {
        return quotas.shadowRefusals();
    }

    /** What was made when the engine was opened on an empty store; empty if nothing was. */
    public Optional<FirstStart> firstStart() {
        return firstStart;
    }

    /** The operator's token if it was made when the engine was opened: to be shown once, for only its digest is kept. */
    public Optional<String> newAdminToken() {
        return newAdminToken;
    }

    /** Rows that were taken out because their time was over, since the engine was opened, by kind: for figures. */
    public Map<String, Long> sweptRows() {
        return sweep.collected();
    }

    /** How many deleted workspaces have rows left, for figures; {@link #sweptRows} counts the rows that are gone. */
    public long workspacesBeingDeleted() {
        return store.read(DeletedWorkspaces::withRows);
    }

    /**
     * Copies the engine's directory while it goes on, as {@link DataDirectory#backup} does.
     *
     * @param target a directory that is not there, or empty
     * @throws IllegalStateException if it cannot be done, or the engine is in memory; one sentence says why
     */
    public StoreReport backup(Path target) {
        return DataDirectory.backup(
                directory.orElseThrow(() -> new IllegalStateException(
                        "Expected an engine with a directory, but this one is in memory; it has nothing to copy.")),
                target);
    }

    /** The store, for figures. */
    Store store() {
        return store;
    }

    /** The wire, for its command table. */
    Wire wire() {
        return wire;
    }

    /** The request log, for figures. */
    RequestLog requestLog() {
        return requestLog;
    }

    /** Refuses new calls from now on with 503; those in flight go on. */
    public void beginDrain() {
        pipeline.beginDrain();
    }

    /**
     * Ends the engine: new calls are refused, jobs, deliveries and calls under way get up to 10 s each, then jobs go back to the
     * queue and all is released. Calls that wait for the end of a job are answered as it stands then. A second call does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        beginDrain();
        ManualClock.Attachment attached = attachment;
        if (attached != null) {
            attached.close();
        }
        timers.close();
        jobs.drain(TimeUnit.SECONDS.toMillis(Limits.DRAIN_SECONDS));
        sweep.drain(TimeUnit.SECONDS.toMillis(Limits.DRAIN_SECONDS));
        webhooks.drain(TimeUnit.SECONDS.toMillis(Limits.DRAIN_SECONDS));
        pipeline.drain(TimeUnit.SECONDS.toMillis(Limits.DRAIN_SECONDS));
        keyUses.writeAll();
        quotas.writeMarks();
        jobRing.close();
        eventRing.close();
        feed.close();
        workers.shutdownNow();
        webhooks.close();
        store.close();
    }

    static List<TableName> tables() {
        List<TableName> tables = new ArrayList<>();
        tables.addAll(Access.tables());
        tables.addAll(Resources.tables());
        tables.addAll(Jobs.tables());
        tables.addAll(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(Idempotency.REMEMBERED);
        tables.add(QuotaMarks.MARKS);
        tables.add(DeletedWorkspaces.TABLE);
        return tables;
    }

    private Wire wire(EngineConfig config, Plans plans, Access access, RequestTally tally) {
        return new Wire(
                pipeline,
                new Wire.Parts(
                        store,
                        quotas,
                        plans,
                        webhooks,
                        config.operations(),
                        config.asyncOperations().keySet(),
                        config.types(),
                        access.uses(),
                        config.routes(),
                        requestLog,
                        new EngineFigures(store, tally, quotas, sweep),
                        config.testClock().orElse(null),
                        () -> reset(access)));
    }

    private static Webhooks webhooks(
            EngineConfig config, Store store, Commits commits, Seal seal, ExecutorService workers) {
        return new Webhooks(new Webhooks.Parts(
                store,
                commits,
                config.clock(),
                seal,
                Events::json,
                Access::isActive,
                workers,
                config.webhookAllow(),
                VERSION));
    }

    /** What is kept for a while only. Events stand behind open deliveries, which end before their event goes. */
    private static List<Retention> retentions() {
        List<Retention> retentions = new ArrayList<>();
        retentions.add(new DeletedWorkspaceRetention());
        retentions.add(Idempotency.retention());
        retentions.add(Jobs.retention());
        retentions.addAll(Deliveries.retentions());
        retentions.add(Events.retention());
        return retentions;
    }

    /** Tells everybody who acts on durable changes; runs in commit order and must be quick. */
    private void committed(long sequence, List<Changes.Write> writes, Access access, Waiters waiters) {
        access.committed(writes);
        // In memory nothing is due before the first commit.
        timers.start();
        boolean work = false;
        boolean events = false;
        for (Changes.Write write : writes) {
            jobs.committed(write);
            webhooks.committed(write);
            if (waiters.areThere()) {
                Id topic = Jobs.topic(write);
                if (topic != null) {
                    waiters.signal(topic);
                }
                Events.forEachTopic(write, event -> signalLater(event, waiters));
            }
            Caller planned = access.planned(write, sequence);
            if (planned != null) {
                quotas.follow(planned);
            }
            Id gone = DeletedWorkspaces.added(write);
            if (gone != null) {
                requestLog.forget(gone);
                quotas.forget(gone);
            }
            work |= Jobs.concerns(write) || Access.concerns(write);
            events |= EventFeed.concerns(write) && feed.hasListeners() || Webhooks.concerns(write);
        }
        if (work) {
            jobRing.ring(sequence);
        }
        if (events) {
            eventRing.ring(sequence);
        }
    }

    /** Streams may be many, and this thread makes calls durable. */
    private void signalLater(Id topic, Waiters waiters) {
        if (waiters.areThere(topic)) {
            try {
                workers.execute(() -> waiters.signal(topic));
            } catch (RejectedExecutionException | OutOfMemoryError noThread) {
                waiters.signal(topic);
            }
        }
    }

    private void start(EngineConfig config) {
        jobs.takeBackCrashed();
        jobRing.start();
        eventRing.start();
        jobs.onSettled(timers::wake);
        webhooks.onSettled(timers::wake);
        sweep.onSettled(timers::wake);
        if (directory.isPresent()) {
            timers.start();
        }
        feed.wake();
        if (config.clock() instanceof ManualClock manual) {
            attachment = manual.attach(timers);
        }
        if (config.defaultWorkspace() && !Access.hasHadDefault(store.view())) {
            firstStart = createDefault();
        }
    }

    /** Once in the life of a store, unless it has workspaces already: one that is deleted is not made again. */
    private Optional<FirstStart> createDefault() {
        Optional<FirstStart> made = Optional.empty();
        if (admin().workspaces().call().data().isEmpty()) {
            Workspace workspace = admin().createWorkspace("default", "starter").call();
            ApiKey key = admin().createKey(workspace.id(), "default").call();
            made = Optional.of(new FirstStart(workspace.id(), key.secret().orElseThrow()));
        }
        Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberDefault());
        return made;
    }

    private void reset(Access access) {
        store.clear();
        access.forget();
        quotas.clear();
        requestLog.clear();
    }

    private static Store openStore(EngineConfig config) {
        Store.Settings settings =
                new Store.Settings(TableKind.valueOf(config.tables().name()), tables(), config.maxResources());
        if (config.directory().isEmpty()) {
            if (config.quickRestart().isPresent()) {
                throw new IllegalStateException("Expected a directory, but a quick restart from "
                        + config.quickRestart().get() + " was asked for without one; name a directory, or do without.");
            }
            return Store.open(settings, new MemoryJournal(), config.clock());
        }
        Path directory = config.directory().get();
        config.secretKeyFile().ifPresent(file -> SecretKeyFile.check(file, directory));
        Journal.Durability level =
                Journal.Durability.valueOf(config.durability().name());
        Store.Files files = config.files().apply(directory, level);
        if (config.quickRestart().isPresent()) {
            files = files.leaving(new Store.QuickFiles(config.quickRestart().get(), VERSION));
        }
        Store store = Store.open(settings, files, config.clock());
        if (config.clock() instanceof ManualClock manual && store.lastTimeMillis() > manual.epochMillis()) {
            manual.advance(Duration.ofMillis(store.lastTimeMillis() - manual.epochMillis()));
        }
        return store;
    }

    private static String token(EngineConfig config) {
        return "adm_" + HexFormat.of().formatHex(secret(config, ADMIN_TOKEN_BYTES));
    }

    private static byte[] secret(EngineConfig config, int bytes) {
        byte[] secret = new byte[bytes];
        config.ids().fillSecret(secret);
        return secret;
    }
}
