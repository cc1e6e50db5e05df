package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Committer;
import dev.plinth.engine.internal.base.DeletedWorkspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.AttemptRunner;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes attempts: reads a delivery and sends it, and records what came of it. Only these two steps hold a thread; while the receiver is waited
 * for none is held, and none while a table has no room for the record. Thread-safe.
 */
final class DeliveryAttempts {
    private static final long AGAIN_MILLIS = 1000;

    private final System.Logger log = Log.sparing(DeliveryAttempts.class);
    private final Store store;
    private final Committer committer;
    private final SecretCipher cipher;
    private final Webhooks.Bodies bodies;
    private final BiPredicate<Rows, Id> mayRun;
    private final LazySender sender;
    private final DeliveryScheduler scheduler;
    private final Executor steps;
    /** The numbers of the attempts under way, by the number of their delivery. */
    private final Map<Long, Integer> sending = new ConcurrentHashMap<>();

    private volatile boolean stopped;
    private volatile boolean closed;

    /**
     * Attempts that are made with these parts.
     *
     * @param steps runs the steps
     */
    DeliveryAttempts(Webhooks.Parts parts, LazySender sender, DeliveryScheduler scheduler, Executor steps) {
        this.store = parts.store();
        this.committer = parts.committer();
        this.cipher = parts.cipher();
        this.bodies = parts.bodies();
        this.mayRun = parts.mayRun();
        this.sender = sender;
        this.scheduler = scheduler;
        this.steps = steps;
    }

    /** Begins an attempt at the delivery that is claimed; false if no thread is to be had. The attempt gives back its place. */
    boolean begin(AttemptRunner.Claim claim, DeliveryScheduler.Slot slot) {
        Flight flight = new Flight(claim, () -> scheduler.giveBack(slot), slot);
        try {
            steps.execute(() -> step(flight, () -> prepare(flight)));
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            scheduler.giveBack(slot);
            claim.giveUp();
            log.log(
                    System.Logger.Level.WARNING,
                    "Expected the executor to take an attempt, but it refused; it is tried again",
                    noThread);
            return false;
        }
    }

    /** Returns the number of the attempt of a delivery that is under way; 0 if none is. */
    int underWay(long number) {
        return sending.getOrDefault(number, 0);
    }

    /** Returns how many attempts are under way. */
    int size() {
        return sending.size();
    }

    /** The engine closes: what finds no room to be recorded is tried no more. */
    void stop() {
        stopped = true;
    }

    /** The sender closes: attempts that it cuts are no failures, so nothing is recorded of them. */
    void close() {
        closed = true;
    }

    /** Runs a step, which ends the attempt unless it is over with true. */
    private void step(Flight flight, AttemptStep step) {
        boolean goesOn = false;
        try {
            goesOn = step.run();
        } catch (RefusedException refused) {
            log.log(
                    System.Logger.Level.WARNING,
                    "Expected the store to keep what an attempt had seen or done, but it refused; the attempt ended: "
                            + refused.refusal().detail());
        } catch (RuntimeException | Error e) {
            end(flight, e);
        }
        if (!goesOn) {
            end(flight, null);
        }
    }

    private boolean prepare(Flight flight) {
        // What it sees of the deliveries before it in its lane is durable too: so a crash makes none of them come again
        // behind it.
        long number = flight.claim.number();
        Due due = store.readToAct(rows -> find(rows, number));
        if (due == null || due.row.nextDue() == 0) {
            return false;
        }
        DeliveryRow row = due.row;
        EndpointRow endpoint = due.endpoint;
        byte[] body = due.body;
        boolean manual = row.resendAt() != 0;
        if (endpoint == null || body == null) {
            return recorded(flight, row, DeliverySteps.drop(row));
        } else if (!manual && (!endpoint.enabled() || !due.active)) {
            return recorded(flight, row, DeliverySteps.hold(row, mayRun));
        } else if (!manual && due.waits) {
            return recorded(flight, row, DeliverySteps.park(row));
        } else if (store.look(rows -> mayBegin(rows, row, manual) ? 1 : 0) == 0) {
            return false;
        }
        long at = store.nowMillis();
        if (scheduler.weigh(flight.slot, body.length)) {
            flight.claim.ring();
        }
        sending.put(number, row.attempts() + 1);
        send(endpoint, row.facts().event(), body, at, result -> {
            if (closed && !result.delivered()) {
                end(flight, null); // the engine has cut it, not the receiver: it stays due
                return;
            }
            scheduler.sent(flight.slot, result.delivered(), result.durationMillis());
            record(flight, row, DeliverySteps.attempted(row, manual, at, result));
        });
        return true;
    }

    /** Lets a thread commit a step. If none is to be had the attempt ends, and the delivery stays due. */
    private void record(Flight flight, DeliveryRow row, Command.Change change) {
        try {
            steps.execute(() -> step(flight, () -> recorded(flight, row, change)));
        } catch (RejectedExecutionException closing) {
            end(flight, null);
        } catch (OutOfMemoryError noThread) {
            end(flight, noThread);
        }
    }

    /** Commits a step and ends the attempt. Where there is no room it is tried again later, so that what was sent is not sent again. */
    private boolean recorded(Flight flight, DeliveryRow row, Command.Change change) {
        Outcome outcome = committer.commit(Caller.engineFor(row.facts().workspace()), change);
        boolean isAgain = outcome instanceof Outcome.Refused && !stopped && store.isWritable();
        if (isAgain) {
            CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(() -> record(flight, row, change));
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
     * Looks again right before an attempt begins. The endpoint may have been deleted or disabled meanwhile, and none of its deliveries goes out
     * once that is answered. A delivery that does not begin is still due, and looked at anew.
     */
    private boolean mayBegin(Rows rows, DeliveryRow row, boolean manual) {
        EndpointRow endpoint = endpoint(rows, row, false);
        return endpoint != null
                && (manual
                        || endpoint.enabled() && mayRun.test(rows, row.facts().workspace()));
    }

    private @Nullable Due find(Rows rows, long number) {
        byte[] bytes = rows.at(number);
        if (bytes == null) {
            return null;
        }
        DeliveryRow row = DeliveryRow.read(bytes);
        Id workspace = row.facts().workspace();
        boolean active = mayRun.test(rows, workspace);
        EndpointRow endpoint = endpoint(rows, row, active);
        return new Due(
                row,
                endpoint,
                bodies.find(rows, workspace, row.facts().event()),
                active,
                DeliverySteps.waits(rows, endpoint, row));
    }

    /**
     * Finds the endpoint of a delivery; null if it is gone.
     *
     * @param active true if its workspace is known to be there: a row that is missing would make an attempt wait for all that is in flight
     */
    private static @Nullable EndpointRow endpoint(Rows rows, DeliveryRow row, boolean active) {
        Id workspace = row.facts().workspace();
        byte[] endpoint = !active && DeletedWorkspaces.has(rows, workspace)
                ? null
                : rows.get(WebhookTables.ENDPOINTS, workspace.keyOf(row.facts().endpoint()));
        return endpoint == null ? null : EndpointRow.read(endpoint);
    }

    /** Sends a webhook. One that cannot even be made is a failed attempt too, so its schedule bounds it. */
    private void send(EndpointRow endpoint, Id event, byte[] body, long at, Consumer<SendResult> listener) {
        SendRequest request;
        try {
            request = request(endpoint, event, body, at);
        } catch (RuntimeException | Error e) {
            store.fatalErrors().saw(e);
            log.log(
                    System.Logger.Level.ERROR,
                    "Expected to send " + event + " to endpoint " + endpoint.id()
                            + ", but the request could not be made",
                    e);
            listener.accept(new SendResult(null, null, null, SendError.CONNECTION, 0));
            return;
        }
        sender.send(request, listener);
    }

    /** Makes the request that brings an event to an endpoint. */
    SendRequest request(EndpointRow endpoint, Id event, byte[] body, long at) {
        // Receivers compare it with a clock that is right, so it is never ahead of ours, as the engine's time may be.
        long seconds = TimeUnit.MILLISECONDS.toSeconds(at + Math.min(0, store.clockLeadMillis()));
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
        headers.put("webhook-signature", Signature.sign(endpoint.keys(cipher, at), event.text(), seconds, body));
        return new SendRequest(
                endpoint.workspace(), URI.create(endpoint.settings().url()), headers, body, Instant.ofEpochMilli(at));
    }

    /** A step of an attempt. */
    @FunctionalInterface
    private interface AttemptStep {
        /** Does it; true if the attempt goes on. */
        boolean run();
    }

    /** An attempt that is under way. Its steps come one after the other. */
    private static final class Flight {
        private final AttemptRunner.Claim claim;
        /** Made at the beginning: at the end there may be no memory for it. */
        private final Runnable giveBack;

        private final DeliveryScheduler.Slot slot;
        private volatile boolean over;

        Flight(AttemptRunner.Claim claim, Runnable giveBack, DeliveryScheduler.Slot slot) {
            this.claim = claim;
            this.giveBack = giveBack;
            this.slot = slot;
        }
    }

    private record Due(
            DeliveryRow row, @Nullable EndpointRow endpoint, byte @Nullable [] body, boolean active, boolean waits) {}
}
