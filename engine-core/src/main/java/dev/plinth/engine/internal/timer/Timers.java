package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The door of the room. Its one thread starts due work, source by source, in time order, and otherwise waits for the
 * clock or the doorbell. A manual clock runs the same passes itself and waits until no work is in flight.
 */
public final class Timers implements ManualClock.DueWork, AutoCloseable {
    /** The real time in which due work has to end while a manual clock waits. An attempt of a webhook may take 15 s. */
    private static final long IDLE_WAIT_MILLIS_MAX = 60_000;

    private static final long LOG_WAIT_MILLIS = 16_000;

    private static final long IDLE_MILLIS = 60_000;
    private static final int STARTS_PER_PASS_MAX = 10_000;
    private static final long AGAIN_MILLIS = 1000;
    private static final int REFUSED_MAX = 16;

    private final System.Logger log = Log.sparing(Timers.class);
    private final Store store;
    private final DueSearch search;
    private final EngineClock clock;
    private final HostCode hostCode;
    private final List<ReadySource> sources;
    private final List<DueSource> indexed;
    private final ReentrantLock pass = new ReentrantLock();
    private final ReentrantLock bell = new ReentrantLock();
    private final Condition rung = bell.newCondition();
    private final Thread thread;
    private final AtomicBoolean started = new AtomicBoolean();
    private boolean pending;
    /** Due numbers that found no room in the last pass. */
    private volatile Map<DueSource, Set<Long>> refused = Map.of();
    /** Sources that could not start their ready work in the last pass. */
    private volatile Set<ReadySource> held = Set.of();

    /** The backoff of each source that has failed. */
    private final Map<ReadySource, Backoff> backoffs = new ConcurrentHashMap<>();

    private volatile boolean open = true;

    /**
     * Makes timers for these sources. They run from {@link #start} to {@link #close}.
     *
     * @param hostCode the threads on which work of these sources may run
     */
    public Timers(Store store, EngineClock clock, List<? extends ReadySource> sources, HostCode hostCode) {
        this.store = store;
        this.search = new DueSearch(store);
        this.clock = clock;
        this.hostCode = hostCode;
        this.sources = List.copyOf(sources);
        this.indexed = this.sources.stream()
                .filter(DueSource.class::isInstance)
                .map(DueSource.class::cast)
                .toList();
        this.thread = new EngineThread(this::loop, "plinth-timers", store.fatalErrors());
    }

    /** Begins to start due work. Does nothing if it has begun, or is closed. */
    public void start() {
        if (!started.get() && open && started.compareAndSet(false, true)) {
            thread.start();
        }
    }

    /** Tells that work may be due or ready now. Never blocks for long; any thread may call it. */
    public void wake() {
        bell.lock();
        try {
            pending = true;
            rung.signal();
        } finally {
            bell.unlock();
        }
    }

    @Override
    public long nextDueMillis() {
        if (!open || !store.isWritable()) {
            return Long.MAX_VALUE;
        }
        if (isAnythingReady()) {
            return store.nowMillis();
        }
        long next = Long.MAX_VALUE;
        for (ReadySource source : sources) {
            if (!held.contains(source)) {
                next = Math.min(next, ask(source, Long.MAX_VALUE, source::nextReadyMillis));
            }
        }
        for (DueSource source : indexed) {
            next = Math.min(next, firstDue(source, Long.MAX_VALUE - 1).time());
        }
        return next;
    }

    @Override
    public void runDue() {
        boolean more = true;
        while (more && open) {
            pass();
            boolean rest = true;
            for (ReadySource source : sources) {
                rest &= awaitEnd(source);
            }
            more = rest && !isAtRest();
        }
    }

    @Override
    public void checkMayWait() {
        hostCode.checkMayWait("advance");
    }

    /** Returns false if work has not ended that a shared log may hold up, which no caller can help. */
    private boolean awaitEnd(ReadySource source) {
        if (store.isShared()) {
            return source.awaitIdle(LOG_WAIT_MILLIS);
        }
        if (!source.awaitIdle(IDLE_WAIT_MILLIS_MAX) && open) {
            throw new IllegalStateException(
                    Thread.currentThread().isInterrupted()
                            ? "The thread was interrupted while it waited for due work, so the clock stands at the time of that work. Advance it again."
                            : "Due work has not ended within " + TimeUnit.MILLISECONDS.toSeconds(IDLE_WAIT_MILLIS_MAX)
                                    + " s, so the clock stands at the time of that work. See to it that no handler waits for the thread that advances the clock, then advance it again.");
        }
        return true;
    }

    /**
     * Returns true if nothing is in flight and nothing is due. It excludes the passes of the timers' thread, which
     * starts attempts too.
     */
    private boolean isAtRest() {
        pass.lock();
        try {
            for (ReadySource source : sources) {
                if (!source.awaitIdle(0)) {
                    return false;
                }
            }
            return nextDueMillis() > store.nowMillis();
        } finally {
            pass.unlock();
        }
    }

    /** Starts no more work. */
    @Override
    public void close() {
        open = false;
        wake();
        Joins.within(thread, TimeUnit.SECONDS.toMillis(1));
    }

    private void loop() {
        Backoff backoff = null;
        while (open) {
            try {
                long watch = store.time().watch();
                pass();
                rest(Math.min(watch, untilNext()), true);
            } catch (RuntimeException | Error e) {
                store.fatalErrors().saw(e);
                // Without this thread nothing would ever fall due again. A bell does not cut the backoff short, because
                // each commit rings.
                backoff = Backoff.after(backoff);
                log.log(System.Logger.Level.ERROR, "A pass over due work failed; the next one follows", e);
                rest(backoff.millis(), false);
            }
        }
    }

    /**
     * Asks a source. A source that fails holds up no other one and backs off. Until then the answer is the given one.
     */
    private <T> T ask(ReadySource source, T otherwise, Supplier<T> question) {
        Backoff last = backoffs.get(source);
        if (last != null && !last.isOver()) {
            return otherwise;
        }
        try {
            return question.get();
        } catch (RuntimeException | Error e) {
            store.fatalErrors().saw(e);
            Backoff backoff = Backoff.after(last);
            backoffs.put(source, backoff);
            log.log(
                    // At the end of a reign its work is refused, and the next leader does it.
                    store.hasEnded() ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                    source.getClass().getSimpleName() + " could not start due work; it is asked again after "
                            + backoff.millis() + " ms",
                    e);
            return otherwise;
        }
    }

    private boolean isAnyBackingOff() {
        for (Backoff backoff : backoffs.values()) {
            if (!backoff.isOver()) {
                return true;
            }
        }
        return false;
    }

    private long untilNext() {
        long idle = refused.isEmpty() && held.isEmpty() && !isAnyBackingOff() ? IDLE_MILLIS : AGAIN_MILLIS;
        if (clock instanceof ManualClock) {
            return idle;
        }
        long next = nextDueMillis();
        return next <= store.nowMillis() ? 0 : Math.min(idle, store.time().millisUntil(next));
    }

    private void rest(long wait, boolean untilRung) {
        bell.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(wait);
            while (!(pending && untilRung) && left > 0 && open) {
                left = rung.awaitNanos(left);
            }
            pending = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            open = false;
        } finally {
            bell.unlock();
        }
    }

    /** Starts all work that can start now. The rest waits for an attempt to end, or for room. */
    private void pass() {
        pass.lock();
        try {
            refused = Map.of();
            held = Set.of();
            for (int i = 0; i < STARTS_PER_PASS_MAX && open && store.isWritable(); i++) {
                for (ReadySource source : sources) {
                    if (!held.contains(source) && !ask(source, true, () -> source.startReady(store.nowMillis()))) {
                        held = with(held, source);
                    }
                }
                if (!startFirstDue() && !isAnythingReady()) {
                    return;
                }
            }
        } catch (RefusedException refusal) {
            // The row that a source saw will never be durable, so nothing is started by it.
            if (store.isWritable()) {
                throw refusal;
            }
        } finally {
            pass.unlock();
        }
    }

    private boolean isAnythingReady() {
        for (ReadySource source : sources) {
            if (!held.contains(source) && ask(source, false, source::hasReady)) {
                return true;
            }
        }
        return false;
    }

    private boolean startFirstDue() {
        long now = store.nowMillis();
        DueSource first = null;
        DueSearch.Due earliest = DueSearch.Due.NEVER;
        for (DueSource source : indexed) {
            DueSearch.Due due = firstDue(source, now);
            if (due.time() < earliest.time()) {
                first = source;
                earliest = due;
            }
        }
        if (first == null) {
            return false;
        }
        DueSource source = first;
        long number = earliest.number();
        if (!ask(source, false, () -> source.start(number))) {
            Map<DueSource, Set<Long>> more = new HashMap<>(refused);
            more.put(source, with(more.getOrDefault(source, Set.of()), number));
            refused = Map.copyOf(more);
        }
        return true;
    }

    /** Returns the first due number of a source that is not in flight and was not refused a moment ago. */
    private DueSearch.Due firstDue(DueSource source, long until) {
        return ask(source, DueSearch.Due.NEVER, () -> {
            Set<Long> passed = refused.getOrDefault(source, Set.of());
            return passed.size() >= REFUSED_MAX
                    ? DueSearch.Due.NEVER
                    : search.first(
                            source.number(), until, number -> !source.isBusy(number) && !passed.contains(number));
        });
    }

    private static <T> Set<T> with(Set<T> some, T one) {
        Set<T> more = new HashSet<>(some);
        more.add(one);
        return Set.copyOf(more);
    }
}
