package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.EventContent;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.Recordings;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.AttemptRunner;
import dev.plinth.engine.internal.webhook.send.LazySender;
import dev.plinth.engine.internal.webhook.send.SendError;
import dev.plinth.engine.internal.webhook.send.SendRequest;
import dev.plinth.engine.internal.webhook.send.SendResult;
import dev.plinth.engine.internal.webhook.send.Signature;
import dev.plinth.engine.settings.EngineObserver;
import dev.plinth.engine.settings.IdSource;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes attempts: reads a delivery, sends it and records the result. Only reading and recording hold a thread. No
 * thread waits for a receiver, or for room in a table. Thread-safe.
 */
final class DeliveryAttempts {
    private static final long AGAIN_MILLIS = 1000;
    private static final Runnable NOTHING = () -> {};

    private final System.Logger log = Log.sparing(DeliveryAttempts.class);
    private final Store store;
    private final Committer committer;
    private final SecretCipher cipher;
    private final IdSource ids;
    private final Observers observers;
    private final Webhooks.Bodies bodies;
    private final BiPredicate<Rows, Id> mayRun;
    private final LazySender sender;
    private final DeliveryScheduler scheduler;
    private final Executor steps;
    /** The attempts in flight, by the number of their delivery. */
    private final Map<Long, InFlight> sending = new ConcurrentHashMap<>();

    private final AttemptTimes times = new AttemptTimes();
    private volatile boolean stopped;
    private volatile boolean closed;

    /**
     * Makes attempts with these parts.
     *
     * @param steps runs the steps
     */
    DeliveryAttempts(Webhooks.Parts parts, LazySender sender, DeliveryScheduler scheduler, Executor steps) {
        this.store = parts.store();
        this.committer = parts.committer();
        this.cipher = parts.cipher();
        this.ids = parts.ids();
        this.observers = parts.observers();
        this.bodies = parts.bodies();
        this.mayRun = parts.mayRun();
        this.sender = sender;
        this.scheduler = scheduler;
        this.steps = steps;
    }

    /**
     * Begins an attempt at the claimed delivery. Returns false if no thread is available. The attempt gives back its
     * slot.
     */
    boolean begin(AttemptRunner.Claim claim, DeliveryScheduler.Slot slot) {
        Flight flight = new Flight(claim, () -> scheduler.giveBack(slot), slot);
        try {
            steps.execute(() -> step(flight, () -> prepare(flight)));
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            scheduler.giveBack(slot);
            claim.giveUp();
            log.log(System.Logger.Level.WARNING, "No thread is available for an attempt; it is tried again", noThread);
            return false;
        }
    }

    /** Returns the number of the attempt of a delivery in flight, or 0. */
    int attemptInFlight(long number) {
        InFlight one = sending.get(number);
        return one == null ? 0 : one.attempt;
    }

    /** Returns the numbers of the deliveries of an endpoint with an attempt in flight. */
    NavigableSet<Long> inFlightAt(Id endpoint) {
        NavigableSet<Long> numbers = new TreeSet<>();
        sending.forEach((number, one) -> {
            if (one.endpoint.equals(endpoint)) {
                numbers.add(number);
            }
        });
        return numbers;
    }

    /** Returns how long attempts took. */
    AttemptTimes times() {
        return times;
    }

    /** Returns how many attempts are in flight. */
    int size() {
        return sending.size();
    }

    /** Stops retrying records without room, because the engine closes. */
    void stop() {
        stopped = true;
    }

    /** Stops recording, because the sender closes and attempts that it cuts are no failures. */
    void close() {
        closed = true;
    }

    /** Runs a step. The attempt ends with it, unless it returns true. */
    private void step(Flight flight, BooleanSupplier step) {
        boolean goesOn = false;
        try {
            goesOn = step.getAsBoolean();
        } catch (RefusedException refused) {
            log.log(
                    System.Logger.Level.WARNING,
                    "The store refused to record an attempt, so the attempt ended: "
                            + refused.refusal().detail());
        } catch (RuntimeException | Error e) {
            end(flight, e);
        }
        if (!goesOn) {
            end(flight, null);
        }
    }

    private boolean prepare(Flight flight) {
        // The deliveries before it in its lane are durable too. So after a crash none of them is sent again after it.
        long number = flight.claim.number();
        Due due = store.readToAct(rows -> find(rows, number));
        if (due == null || due.row.nextDue() == 0) {
            return false;
        }
        DeliveryRow row = due.row;
        EndpointRow endpoint = due.endpoint;
        EventContent body = due.body;
        boolean manual = row.resendAt() != 0;
        if (endpoint == null || body == null) {
            return recorded(flight, row, DeliverySteps.drop(row));
        } else if (manual && !due.active) {
            return recorded(flight, row, DeliverySteps.putOff(row, mayRun));
        } else if (!manual && (!endpoint.enabled() || !due.active)) {
            return recorded(flight, row, DeliverySteps.hold(row, mayRun));
        } else if (!manual && due.waits) {
            return recorded(flight, row, DeliverySteps.park(row));
        } else if (store.look(rows -> mayBegin(rows, row, manual) ? 1 : 0) == 0) {
            return false;
        }
        long at = store.nowMillis();
        if (scheduler.weigh(flight.slot, body.json().length)) {
            flight.claim.ring();
        }
        sending.put(number, new InFlight(endpoint.id(), row.attempts().made() + 1));
        DeliveryRecording event = Recordings.begun(DeliveryRecording::probe, DeliveryRecording::new);
        Observers.Observed observed = observe(row, endpoint, body.trace());
        TraceParent own = span(body.trace(), at);
        TraceParent span = observed == null ? own : observed.trace(own);
        send(endpoint, row.facts().event(), new EventContent(body.json(), span), at, result -> {
            if (closed && !result.delivered()) {
                end(flight, null); // the engine has cut it, not the receiver: it stays due
                return;
            }
            if (event != null) {
                event.ended(row, result, span);
            }
            times.ended(
                    result,
                    manual
                            ? AttemptTimes.NO_AGE
                            : store.nowMillis() - row.facts().createdAt());
            scheduler.sent(flight.slot, result.delivered(), result.durationMillis());
            // The thread of deadlines must not wait for an observer.
            Runnable told = observed == null ? NOTHING : () -> observed.end(end(row, result));
            record(
                    flight,
                    row,
                    told,
                    DeliverySteps.attempted(row, manual, at, endpoint.settings().url(), result));
        });
        return true;
    }

    /** Has the observer learn of an attempt that begins. */
    private Observers.@Nullable Observed observe(DeliveryRow row, EndpointRow endpoint, @Nullable TraceParent cause) {
        DeliveryRow.Facts facts = row.facts();
        return observers.begin(() -> new Observers.OfDelivery(
                facts.id().text(),
                facts.workspace().text(),
                facts.endpoint().text(),
                facts.eventType(),
                row.attempts().made() + 1,
                URI.create(endpoint.settings().url()),
                Optional.ofNullable(cause)));
    }

    private static EngineObserver.End end(DeliveryRow row, SendResult result) {
        SendError error = result.error();
        Integer status = result.status();
        return new Observers.Ended(
                error == null ? Optional.empty() : Optional.of(error.code()),
                status == null ? 0 : status,
                Optional.of(row.facts().workspace().text()));
    }

    /** Has a thread commit a step. If no thread is available the attempt ends, and the delivery stays due. */
    private void record(Flight flight, DeliveryRow row, Runnable before, Command.Change change) {
        try {
            steps.execute(() -> step(flight, () -> {
                before.run();
                return recorded(flight, row, change);
            }));
        } catch (RejectedExecutionException closing) {
            end(flight, null);
        } catch (OutOfMemoryError noThread) {
            end(flight, noThread);
        }
    }

    /**
     * Commits a step and ends the attempt. If there is no room it retries later, so that the event is not sent again.
     */
    private boolean recorded(Flight flight, DeliveryRow row, Command.Change change) {
        Outcome outcome = committer.commit(Caller.engineFor(row.facts().workspace()), change);
        boolean isAgain = outcome instanceof Outcome.Refused && !stopped && store.isWritable();
        if (isAgain) {
            store.timer().run(AGAIN_MILLIS, () -> record(flight, row, NOTHING, change));
        }
        return isAgain;
    }

    private void end(Flight flight, @Nullable Throwable failure) {
        if (flight.over) {
            return;
        }
        flight.over = true;
        sending.remove(flight.claim.number());
        flight.claim.end(failure, flight.giveBack);
    }

    /**
     * Checks again right before an attempt begins, because the endpoint may have been deleted or disabled since. None
     * of its deliveries may be sent after the answer to that call. A delivery that does not begin is still due and is
     * examined again.
     */
    private boolean mayBegin(Rows rows, DeliveryRow row, boolean manual) {
        EndpointRow endpoint = endpoint(rows, row, false);
        return endpoint != null && mayRun.test(rows, row.facts().workspace()) && (manual || endpoint.enabled());
    }

    private @Nullable Due find(Rows rows, long number) {
        DeliveryRow row = rows.at(WebhookTables.DELIVERIES, number);
        if (row == null) {
            return null;
        }
        Id workspace = row.facts().workspace();
        boolean active = mayRun.test(rows, workspace);
        EndpointRow endpoint = endpoint(rows, row, active);
        return new Due(
                row,
                endpoint,
                isOver(rows, row)
                        ? null
                        : bodies.find(rows, workspace, row.facts().event()),
                active,
                WebhookTables.waits(rows, endpoint, row));
    }

    /**
     * Returns true if a delivery has been open for too long. It goes by the time of the sweep, because a drop cannot be
     * undone. A requested attempt is made at any age.
     */
    private boolean isOver(Rows rows, DeliveryRow row) {
        return row.resendAt() == 0
                && row.isOverdue(rows, store.nowMillis() - store.time().sweepLagMillis());
    }

    /**
     * Finds the endpoint of a delivery, or null if it is gone.
     *
     * @param active true if its workspace is known to exist; the read of a missing row would make an attempt wait for
     *     all records in flight
     */
    private static @Nullable EndpointRow endpoint(Rows rows, DeliveryRow row, boolean active) {
        Id workspace = row.facts().workspace();
        return !active && DeletedWorkspaces.has(rows, workspace)
                ? null
                : rows.find(WebhookTables.ENDPOINTS, workspace.keyOf(row.facts().endpoint()));
    }

    /** Sends a webhook. If the request cannot even be made, that is a failed attempt too, so the schedule limits it. */
    private void send(EndpointRow endpoint, Id event, EventContent body, long at, Consumer<SendResult> listener) {
        SendRequest request;
        try {
            request = request(endpoint, event, body, at);
        } catch (RuntimeException | Error e) {
            store.fatalErrors().saw(e);
            log.log(
                    System.Logger.Level.ERROR,
                    "The request that sends " + event + " to endpoint " + endpoint.id() + " could not be made",
                    e);
            listener.accept(new SendResult(null, null, null, SendError.CONNECTION, 0));
            return;
        }
        sender.send(request, listener);
    }

    /** Makes the request that sends an event to an endpoint. */
    SendRequest request(EndpointRow endpoint, Id event, EventContent content, long at) {
        byte[] body = content.json();
        // Receivers compare it with an exact clock. So it is never ahead of ours, as the engine's time may be.
        long seconds =
                TimeUnit.MILLISECONDS.toSeconds(at + Math.min(0, store.time().clockLeadMillis()));
        Map<String, String> headers = new LinkedHashMap<>();
        JsonValue own = JsonReader.trusted(endpoint.opened(cipher).headers());
        if (own instanceof JsonValue.Obj obj) {
            obj.members().forEach((name, value) -> {
                if (value instanceof JsonValue.Text text) {
                    headers.put(name, text.value());
                }
            });
        }
        headers.put("webhook-id", event.text());
        headers.put("webhook-timestamp", Long.toString(seconds));
        headers.put(
                "webhook-signature",
                Signature.sign(endpoint.keys(cipher, store.time(), at), event.text(), seconds, body));
        TraceParent trace = content.trace();
        if (trace != null) {
            headers.keySet()
                    .removeIf(name -> name.equalsIgnoreCase(TraceParent.HEADER)
                            || name.equalsIgnoreCase(TraceParent.STATE_HEADER));
            headers.put(TraceParent.HEADER, trace.toString());
            if (!trace.state().isEmpty()) {
                headers.put(TraceParent.STATE_HEADER, trace.state());
            }
        }
        return new SendRequest(
                endpoint.workspace(), URI.create(endpoint.settings().url()), headers, body, Instant.ofEpochMilli(at));
    }

    /** Returns the trace of a cause with a new span, which stands for an attempt; null if there is no trace. */
    @Nullable
    TraceParent span(@Nullable TraceParent cause, long at) {
        if (cause == null) {
            return null;
        }
        long span = ids.next(IdKind.REQUEST.prefix(), at).low();
        return cause.withSpan(span == 0 ? 1 : span);
    }

    /** An attempt in flight. Its steps run one after the other. */
    private static final class Flight {
        private final AttemptRunner.Claim claim;
        /** Made at the beginning, because at the end there may be no memory for it. */
        private final Runnable giveBack;

        private final DeliveryScheduler.Slot slot;
        private volatile boolean over;

        Flight(AttemptRunner.Claim claim, Runnable giveBack, DeliveryScheduler.Slot slot) {
            this.claim = claim;
            this.giveBack = giveBack;
            this.slot = slot;
        }
    }

    /**
     * An attempt that is being made.
     *
     * @param attempt its number
     */
    private record InFlight(Id endpoint, int attempt) {}

    private record Due(
            DeliveryRow row,
            @Nullable EndpointRow endpoint,
            @Nullable EventContent body,
            boolean active,
            boolean waits) {}
}
