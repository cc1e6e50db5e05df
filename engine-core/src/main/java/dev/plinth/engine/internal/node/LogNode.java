package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.host.IdempotentWork;
import dev.plinth.engine.internal.settings.EngineExecutors;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.settings.MasterKey;
import dev.plinth.engine.internal.store.NodeStore;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.wire.EarlyReplies;
import dev.plinth.engine.internal.wire.route.NodeState;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.Position;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.server.NodeForwarding;
import dev.plinth.engine.settings.FirstStart;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of a shared log. Its one thread follows the log until no other node has a lease. Then it begins a reign with
 * parts of its own, waits for the end of the reign, and follows on from there.
 *
 * <pre>
 *   FOLLOWER --a lease is free--> LEADER --fenced, unknown, resigned--> FOLLOWER
 *   either   --a record that does not fit, another key--> STOPPED
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class LogNode implements EngineNode {
    private static final System.Logger LOG = Log.sparing(LogNode.class);
    private static final long PAUSE_MILLIS = 20;
    private static final long LOOK_MILLIS = 50;
    private static final long CLOCK_MILLIS = 5_000;
    private static final long ABANDON_MILLIS = 3_000;
    private static final int BEATS_RESIGNED = 3;

    /** Percent of the time for closing after which a silent log is given up. The drain is over by then. */
    private static final long LOG_CLOSE_PERCENT = 85;

    private static final long WHOLE = 100;

    private final EngineParts parts;
    private final EarlyReplies replies;
    private final ProvenForwarding forwarding;
    private final SharedLog log;
    private final Node me;
    private final FatalErrors fatalErrors = new FatalErrors();
    private final NodeStore rows;
    private final Consumer<ActiveEngine> begun;
    private final Consumer<ActiveEngine> left;
    private final RoleListeners listeners = new RoleListeners();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Not an {@link EngineThread}, because the first reign of an empty log makes calls. */
    private final Thread thread;

    private volatile boolean closed;
    private volatile @Nullable ActiveEngine active;
    private volatile NodeRole role = NodeRole.FOLLOWER;
    private volatile Optional<Leader> known = Optional.empty();
    private volatile Optional<FirstStart> firstStart = Optional.empty();
    private volatile Optional<String> newAdminToken = Optional.empty();
    private volatile boolean draining;
    private byte @Nullable [] fitting;
    private byte @Nullable [] fittingNext;
    private volatile @Nullable Thread ending;
    private Deadline looksAt = Deadline.inMillis(0);
    private boolean closing;
    private boolean resigning;
    /** The rows of the present reign, guarded by the lock like the fields around it. */
    private @Nullable Store written;

    private boolean ended;
    /** True until this process has followed or led, so that jobs of an earlier one under its name have crashed. */
    private boolean isRestart = true;

    private Deadline standsFrom = Deadline.inMillis(0);

    private LogNode(EngineParts parts, SharedLog log, Consumer<ActiveEngine> begun, Consumer<ActiveEngine> left) {
        this.me = parts.config().node().orElseGet(() -> new Node(NodeStore.randomId()));
        this.parts = new EngineParts(
                parts.config(),
                parts.problems(),
                parts.plans(),
                parts.operatorToken(),
                Optional.of(me.id()),
                this::url,
                parts.hostCode());
        this.replies = this.parts.earlyReplies();
        this.forwarding = new ProvenForwarding(
                me, () -> MasterKey.shared(parts.config()), parts.config().clock(), replies, () -> health(true));
        this.log = log;
        this.begun = begun;
        this.left = left;
        this.rows = new NodeStore(
                EngineStore.settings(parts.config()),
                log,
                parts.config().clock(),
                fatalErrors,
                parts.config().bytesPerLogSnapshot());
        this.thread = EngineExecutors.thread(this::loop, "plinth-node");
    }

    /**
     * Opens a node, which leads or has caught up with the leader on return.
     *
     * @param begun is told of each reign before it answers the first call
     * @param left is told of each that has ended
     * @throws IllegalStateException if it cannot be opened; one sentence says why and what to do
     */
    public static LogNode open(
            EngineParts parts, SharedLog log, Consumer<ActiveEngine> begun, Consumer<ActiveEngine> left) {
        LogNode node = new LogNode(parts, log, begun, left);
        try {
            node.begin();
        } catch (IOException e) {
            node.close();
            throw new IllegalStateException(
                    "Expected to read the log, but it failed: " + e.getMessage() + "; check the log.", e);
        } catch (RuntimeException | Error e) {
            node.close();
            throw e;
        }
        node.thread.start();
        return node;
    }

    @Override
    public @Nullable ActiveEngine active() {
        return active;
    }

    @Override
    public FatalErrors fatalErrors() {
        return fatalErrors;
    }

    @Override
    public NodeRole role() {
        return role;
    }

    @Override
    public boolean isWritable() {
        return role != NodeRole.STOPPED;
    }

    @Override
    public Position position() {
        return new Position(rows.epoch(), rows.sequence());
    }

    @Override
    public byte[] stateHash() {
        return rows.stateHash();
    }

    @Override
    public Optional<Leader> leader() {
        ActiveEngine leading = active;
        return leading == null
                ? otherLeader()
                : Optional.of(new Leader(me, leading.store().epoch()));
    }

    @Override
    public void onRole(Consumer<? super NodeRole> listener) {
        listeners.add(listener);
    }

    @Override
    public void resign() {
        signal(() -> resigning = active != null);
    }

    @Override
    public void beginDrain() {
        draining = true;
        ActiveEngine leading = active;
        if (leading != null) {
            leading.beginDrain();
        }
    }

    @Override
    public void close() {
        signal(() -> closing = true);
        LogCloseTimeout timeout =
                LogCloseTimeout.begin(log, parts.config().grace().close().toMillis() * LOG_CLOSE_PERCENT / WHOLE);
        try {
            closeParts();
        } finally {
            timeout.end();
        }
    }

    private void closeParts() {
        Joins.uninterruptibly(thread);
        ActiveEngine leading = active;
        try {
            if (leading != null) {
                leading.beginDrain();
                leading.close();
            }
        } finally {
            Thread last = ending;
            if (last != null) {
                Joins.within(last, ABANDON_MILLIS);
            }
            listeners.close();
            fatalErrors.close();
            rows.close();
            closed = true;
        }
    }

    @Override
    public Optional<FirstStart> firstStart() {
        return firstStart;
    }

    @Override
    public Optional<String> newAdminToken() {
        return newAdminToken;
    }

    @Override
    public Reply refuse(Refusal refusal) {
        return replies.of(forCaller(refusal));
    }

    @Override
    public Reply refuse(Call call, Set<Audience> audiences) {
        boolean asks = call.method().equals("GET") || call.method().equals("HEAD");
        Reply own = asks ? ofItself(call.path(), audiences) : null;
        return own == null ? refuse(Refusal.notLeader()) : own;
    }

    /** Returns the answer to a question about this node; null if the door does not serve it, or it is another one. */
    private @Nullable Reply ofItself(String path, Set<Audience> audiences) {
        boolean probes = audiences.contains(Audience.PROBE);
        return switch (path) {
            case "/health/live" -> probes ? replies.live(fatalErrors.failure(), rows.durability()) : null;
            case "/health/ready", "/health/leader" -> probes ? health(false) : null;
            case "/metrics" ->
                audiences.contains(Audience.OPERATOR) ? replies.metrics(EngineFigures.of(state())) : null;
            default -> null;
        };
    }

    /** @param forwards true if the node takes calls, because it hands them on */
    private Reply health(boolean forwards) {
        return replies.health(fatalErrors.failure(), rows.durability(), state(), forwards && !draining);
    }

    @Override
    public List<Figure> figures() {
        if (closed) {
            throw new IllegalStateException("The engine is closed, so it has no figures. Keep the last ones.");
        }
        return EngineFigures.of(state());
    }

    /** Returns the state of the node while it does not lead. */
    private NodeState state() {
        Optional<URI> leader = url();
        String name = role == NodeRole.STOPPED
                ? NodeState.STOPPED
                : otherLeader().isPresent() ? NodeState.FOLLOWER : NodeState.CANDIDATE;
        Position position = position();
        return new NodeState(name, position.epoch(), position.sequence(), rows.lagMillis(), leader);
    }

    @Override
    public PlinthException exception(Refusal refusal) {
        Refusal told = forCaller(refusal);
        return IdempotentWork.exception(parts.problems(), told, replies.newRequestId(), told.retryable());
    }

    private Refusal forCaller(Refusal refusal) {
        return draining && refusal.code() == ProblemCode.NOT_LEADER ? Refusal.shuttingDown() : refusal;
    }

    @Override
    public Optional<NodeForwarding> forwarding() {
        return Optional.of(forwarding);
    }

    @Override
    public void rereadKeys() {
        forwarding.rereadKeys();
    }

    /** Leaves this node out, since it is asked when this one must not answer. */
    private Optional<Leader> otherLeader() {
        return known.filter(leader -> !leader.node().id().equals(me.id()));
    }

    private Optional<URI> url() {
        return otherLeader().flatMap(leader -> leader.node().url());
    }

    /** Leads, or catches up with the leader. */
    private void begin() throws IOException {
        log.join(me);
        if (!stand()) {
            rows.catchUp();
            checkKey();
            known = log.leader();
        }
        EngineStore.catchUp(parts.config().clock(), rows.lastTimeMillis());
    }

    private void loop() {
        try {
            while (!isClosing()) {
                ActiveEngine leading = active;
                if (leading == null) {
                    followOrStand();
                } else if (awaitEnd()) {
                    stepDown(leading);
                } else {
                    rows.setClockRight();
                }
            }
        } catch (RuntimeException | Error e) {
            stop(e);
        }
    }

    private void followOrStand() {
        try {
            boolean unused = rows.follow();
            // It looks first, because a node that cannot stand must still learn of the next leader.
            if (looksAt.millisLeft() == 0) {
                look();
                looksAt = Deadline.inMillis(LOOK_MILLIS);
            }
            if (mayStand()) {
                unused = stand();
            }
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Could not follow the log: " + e.getMessage()
                            + ". The node tries again; check the database of the log.");
            pause();
        }
    }

    /** Learns of the leader. A new reign may be that of a database that has lost records. */
    private void look() throws IOException {
        Optional<Leader> now = log.leader();
        if (!now.map(Leader::epoch).equals(known.map(Leader::epoch))) {
            rows.requireInLog();
        }
        known = now;
    }

    /** Returns true at most every few milliseconds, and not for a while after this node has resigned. */
    private boolean mayStand() {
        if (draining || standsFrom.millisLeft() > 0) {
            return false;
        }
        standsFrom = Deadline.inMillis(PAUSE_MILLIS);
        return true;
    }

    /** Begins a reign if no other node has a lease. Returns false if this one does not lead. */
    private boolean stand() throws IOException {
        checkKey();
        Optional<Leader> before = isRestart ? log.leader() : Optional.empty();
        Optional<Store> won = rows.reign(me);
        if (won.isEmpty()) {
            return false;
        }
        boolean endedItself = before.isPresent() && before.get().node().id().equals(me.id());
        isRestart = false;
        Store store = won.get();
        signal(() -> {
            written = store;
            ended = false;
        });
        store.onJournalEnd(() -> signal(() -> ended |= written == store)); // an ended one tells of it at each write
        ActiveEngine next = null;
        try {
            next = ActiveEngine.open(parts, store, endedItself);
            begun.accept(next);
        } catch (RuntimeException | Error e) {
            boolean lost = store.hasEnded() || isRefused(e);
            if (next != null) {
                next.abandon();
            }
            signal(() -> written = null);
            rows.followOn();
            if (lost) {
                return false;
            }
            throw e;
        }
        firstStart = firstStart.or(next::firstStart);
        newAdminToken = newAdminToken.or(next::newAdminToken);
        active = next;
        become(NodeRole.LEADER);
        if (draining) {
            resign(); // asked for while the reign began
        }
        return true;
    }

    /** Returns true if a beginning reign has met a log that is not certain of it. */
    private static boolean isRefused(Throwable e) {
        String code = e instanceof PlinthException refused ? refused.problem().code() : "";
        return e instanceof RefusedException
                || code.equals(ProblemCode.NOT_LEADER.wireName())
                || code.equals(ProblemCode.OUTCOME_UNKNOWN.wireName());
    }

    /** Waits until the reign is to end, or the node, or the clock is to be looked at. Returns true if it is the reign. */
    private boolean awaitEnd() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(CLOCK_MILLIS);
            while (!closing && !resigning && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !closing && (resigning || ended);
        } catch (InterruptedException e) {
            return false; // it looks a little earlier, and waits on
        } finally {
            lock.unlock();
        }
    }

    /** Follows on from the last durable record. Parts that were still busy end beside it. */
    private void stepDown(ActiveEngine leading) {
        known = Optional.empty();
        active = null; // the node itself answers from now on, however long the parts take to end
        left.accept(leading);
        if (leading.store().hasEnded()) {
            abandon(leading);
        } else {
            leading.resign(); // answers nothing more, and gives up the lease when all is drained
            standsFrom = Deadline.inMillis(BEATS_RESIGNED * rows.beatMillis());
        }
        signal(() -> {
            resigning = false;
            written = null;
        });
        rows.followOn();
        become(NodeRole.FOLLOWER);
    }

    /** Ends the parts of a reign beside this thread. */
    private void abandon(ActiveEngine leading) {
        Thread thread = new EngineThread(
                () -> {
                    try {
                        leading.abandon();
                    } finally {
                        leave(Thread.currentThread());
                    }
                },
                "plinth-reign-end",
                fatalErrors);
        ending = thread;
        thread.start();
    }

    /** Forgets a thread that has ended a reign, since it refers to the parts of that reign. */
    private void leave(Thread ended) {
        signal(() -> {
            if (ended.equals(ending)) {
                ending = null;
            }
        });
    }

    private void become(NodeRole next) {
        if (role != next) {
            role = next;
            LOG.log(System.Logger.Level.INFO, "Node " + me.id() + " is " + next + " at " + position());
            listeners.tell(next);
        }
    }

    /** Ends following and leading for good, because the rows may differ from those of other nodes. */
    private void stop(Throwable e) {
        ActiveEngine leading = active;
        active = null;
        if (leading != null) {
            left.accept(leading);
        }
        fatalErrors.stopped(String.valueOf(e.getMessage()));
        become(NodeRole.STOPPED);
        String sentence = "The node has stopped and does not lead: " + e.getMessage();
        if (e instanceof IllegalStateException) {
            // It says what to do, as a wrong id of this node or a damaged log does.
            LOG.log(System.Logger.Level.ERROR, sentence);
            LOG.log(System.Logger.Level.DEBUG, sentence, e);
        } else {
            LOG.log(System.Logger.Level.ERROR, sentence, e);
        }
        try {
            rows.endReign();
        } finally {
            if (leading != null) {
                abandon(leading);
            }
        }
    }

    /** Refuses to lead over secrets that the node could not open. */
    private void checkKey() {
        byte[] sealed = Access.rememberedKeyCheck(rows.rows());
        byte[] next = Access.rememberedNextKeyCheck(rows.rows());
        if (!Arrays.equals(sealed, fitting) || !Arrays.equals(next, fittingNext)) {
            MasterKey.checkFits(parts.config(), rows.rows());
            fitting = sealed;
            fittingNext = next;
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
            while (!closing && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            return; // it tries a little earlier
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
