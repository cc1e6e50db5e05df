package dev.plinth.engine.internal.event;

import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.AttemptRunner;
import dev.plinth.engine.settings.EngineSetting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Delivers every event to the listeners of this JVM, in commit order. The position of a listener is a row, so a restart
 * goes on where the listener stopped. A listener loses events only if it falls so far behind that they expire.
 */
public final class EventFeed implements AutoCloseable {
    /** Tells each loss. Whatever happens again and again goes into the sparing log of its listener. */
    private static final System.Logger LOG = Log.of(EventFeed.class);

    private static final int EVENTS_PER_CURSOR = 100;
    private static final long BACKOFF_MILLIS = 1_000;

    /** Refusals that are not of the workspace whose event it is. */
    private static final Set<ProblemCode> ENGINE_WIDE = Set.of(
            ProblemCode.CAPACITY_EXHAUSTED,
            ProblemCode.SHUTTING_DOWN,
            ProblemCode.NOT_LEADER,
            ProblemCode.OUTCOME_UNKNOWN);

    private final Store store;
    private final Committer committer;
    private final AttemptRunner attempts;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private volatile boolean open = true;

    /**
     * Makes a feed.
     *
     * @param listeners the host's listeners by a name that stays the same across restarts
     */
    public EventFeed(Store store, Committer committer, Executor executor, Map<String, Listener> listeners) {
        this.store = store;
        this.committer = committer;
        this.attempts = new AttemptRunner(executor, listeners.size(), store.fatalErrors(), store.timer());
        listeners.forEach(
                (name, listener) -> subscriptions.add(new Subscription(subscriptions.size(), name, listener)));
        // A listener that was woken between its last look and its end looks again.
        attempts.onSettled(() -> subscriptions.forEach(Subscription::startIfRung));
    }

    /** Returns true if a write is a new event. */
    public static boolean concerns(Changes.Write write) {
        return write.isIn(EventTables.EVENTS);
    }

    /** Returns true if there are listeners. */
    public boolean hasListeners() {
        return !subscriptions.isEmpty();
    }

    /** Tells that there may be new events. Never runs a listener on the caller's thread. */
    public void wake() {
        for (Subscription subscription : subscriptions) {
            subscription.wake();
        }
    }

    /**
     * Lets each listener end with its present event and gives it no other.
     *
     * @return the names of the listeners that are still busy at the end of the time
     */
    public List<String> drain(long timeoutMillis) {
        open = false;
        attempts.stop();
        attempts.awaitIdle(timeoutMillis);
        return subscriptions.stream()
                .filter(each -> attempts.isClaimed(each.number))
                .map(each -> each.name)
                .toList();
    }

    @Override
    public void close() {
        List<String> unused = drain(TimeUnit.SECONDS.toMillis(EngineSetting.DRAIN.byDefault()));
    }

    /** The host's code that receives events. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Handles an event of a workspace.
         *
         * @param trace the trace of the event, or null
         *
         * @return a function that puts the effects beside the new position of the listener, in one record; null if there
         *     are none
         * @throws Exception any failure; the same event comes again
         */
        @Nullable
        UnaryOperator<Command.Change> onEvent(String workspaceId, Event event, @Nullable TraceParent trace)
                throws Exception;
    }

    /** A listener with its position. */
    private final class Subscription {
        private final System.Logger log = Log.sparing(EventFeed.class);
        private final int number;
        private final String name;
        private final byte[] key;
        private final Listener listener;
        /** The event whose effects were refused last, and how often they were; for its attempt only. */
        private volatile long refused;

        private volatile int refusals;
        private volatile boolean rung;
        private volatile boolean resting;
        /** Its position since the engine was opened, also if there was no room to write it. */
        private volatile long reached;
        /** The last position that was written together with effects. */
        private volatile long noted;

        Subscription(int number, String name, Listener listener) {
            this.number = number;
            this.name = name;
            this.key = Bytes.sha256(name.getBytes(StandardCharsets.UTF_8));
            this.listener = listener;
        }

        void wake() {
            rung = true;
            startIfRung();
        }

        void startIfRung() {
            if (rung && open && !resting && !attempts.tryStart(number, this::drain) && !attempts.isClaimed(number)) {
                backOff(); // there is no thread for it
            }
        }

        /** Waits a second, however many events come meanwhile. */
        private void backOff() {
            resting = true;
            store.timer().run(BACKOFF_MILLIS, () -> {
                resting = false;
                wake();
            });
        }

        private void drain() {
            try {
                while (rung && open && !resting) {
                    rung = false;
                    if (!deliverAll()) {
                        backOff();
                    }
                }
            } catch (RuntimeException | Error e) {
                rung = store.isWritable(); // for the next attempt, unless there is none
                throw e;
            }
        }

        private boolean deliverAll() {
            long saved = store.look(this::cursor);
            long cursor = Math.max(saved, reached);
            boolean well = true;
            EventRow next = next(cursor);
            while (next != null && open) {
                if (!deliver(next)) {
                    well = false;
                    break;
                }
                cursor = next.number();
                reached = cursor;
                saved = Math.max(saved, noted);
                if (cursor - saved >= EVENTS_PER_CURSOR) {
                    save(cursor);
                    saved = cursor;
                }
                next = open ? next(cursor) : null; // a closed store has no events to show
            }
            if (cursor != saved) {
                save(cursor);
            }
            return well;
        }

        /** Returns the first event after a position once it is durable, or null if there is none. */
        private @Nullable EventRow next(long cursor) {
            long number = following(cursor);
            while (number != Rows.NONE) {
                long found = number;
                // This read waits for the event's own record, not for all records in flight.
                EventRow row = store.readToAct(rows -> rows.at(EventTables.EVENTS, found));
                if (row != null) {
                    return row;
                }
                number = following(found);
            }
            return null;
        }

        private long following(long number) {
            return store.look(rows -> following(rows, number));
        }

        /** Skips events of imported workspaces, of which the listeners of another store were told. */
        private static long following(Rows rows, long number) {
            long next = rows.ceiling(EventTables.ALL, number + 1);
            long end = next == Rows.NONE ? Rows.NONE : ImportedWorkspaces.endOfRange(rows, next);
            while (end != Rows.NONE) {
                next = rows.ceiling(EventTables.ALL, end + 1);
                end = next == Rows.NONE ? Rows.NONE : ImportedWorkspaces.endOfRange(rows, next);
            }
            return next;
        }

        private boolean deliver(EventRow row) {
            try {
                UnaryOperator<Command.Change> effects =
                        listener.onEvent(row.workspace().text(), Event.of(Json.trusted(row.json())), row.trace());
                return effects == null || commit(effects, row);
            } catch (Exception | Error e) {
                store.fatalErrors().saw(e);
                log.log(
                        System.Logger.Level.WARNING,
                        "Listener " + name + " failed on event " + row.id() + problem(e)
                                + "; the event comes again a second later",
                        e);
                return false;
            }
        }

        /** Names the problem of a refused call. */
        private static String problem(Throwable e) {
            return e instanceof PlinthException refused ? " with " + refused.code() : "";
        }

        /**
         * Commits effects with the position behind their event, so that they happen once. If the workspace's own state
         * refuses them again and again, they are dropped, because the events of all others wait behind this one.
         */
        private boolean commit(UnaryOperator<Command.Change> effects, EventRow row) {
            Outcome outcome =
                    committer.commit(Caller.OPERATOR, Command.in(row.trace(), effects.apply(at(row.number()))));
            if (!(outcome instanceof Outcome.Refused answer)) {
                noted = row.number();
                return true;
            }
            refusals = refused == row.number() ? refusals + 1 : 1;
            refused = row.number();
            boolean last =
                    !ENGINE_WIDE.contains(answer.refusal().code()) && refusals >= Limits.LISTENER_EFFECT_TRIES_MAX;
            String told = "An effect of listener " + name + " on event " + row.id() + " of " + row.workspace()
                    + " was refused: " + answer.refusal().detail() + " "
                    + answer.refusal().errors();
            if (last) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        told + " All its effects on this event are dropped after " + refusals + " tries.");
            } else {
                log.log(System.Logger.Level.WARNING, told + " The event comes again a second later.");
            }
            return last;
        }

        private long cursor(Rows rows) {
            byte[] row = rows.get(EventTables.CURSORS, key);
            return row == null ? 0 : new RowReader(row, 1).number();
        }

        private void save(long cursor) {
            Outcome unused = committer.commit(Caller.OPERATOR, at(cursor));
        }

        /** Returns the change of the position. */
        private Command.Change at(long cursor) {
            return context -> Decision.of(
                    new Changes()
                            .put(
                                    EventTables.CURSORS,
                                    key,
                                    new RowWriter(1).number(cursor).row()),
                    Outcome.Done.ok(new byte[0]));
        }
    }
}
