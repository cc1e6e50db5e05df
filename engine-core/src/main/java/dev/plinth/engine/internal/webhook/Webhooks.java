package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Committer;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.DeletedWorkspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.Seal;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.Attempts;
import dev.plinth.engine.internal.timer.Lane;
import dev.plinth.engine.internal.timer.PatientCommitter;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The door of the room: sends what is due, and says which addresses it would send to. */
public final class Webhooks implements Lane, AutoCloseable {
    /** What the value of a header looks like: JSON allows what HTTP does not, and blanks around it would not arrive (RFC 9110 §5.5). */
    public static final Pattern HEADER_VALUE = Pattern.compile("([!-~]([\\t -~]*[!-~])?)?");

    private final System.Logger log = Log.sparing(Webhooks.class);
    private final Store store;
    private final Committer committer;
    private final PatientCommitter patient;
    private final Seal seal;
    private final Bodies bodies;
    private final BiPredicate<Rows, Id> mayRun;
    private final AddressGuard guard;
    private final LateSender sender;
    private final Attempts attempts;
    private final Slots slots = new Slots();
    /** The numbers of the attempts under way, by the number of their delivery. */
    private final Map<Long, Integer> sending = new ConcurrentHashMap<>();

    /** At whose queue the last one was started. */
    private volatile long servedLast;

    /**
     * The parts that the room works with.
     *
     * @param seal opens the signing keys
     * @param bodies finds the bytes of an event
     * @param mayRun tells whether the deliveries of a workspace may go out
     * @param allowed ranges that may be called although they are not public
     * @param version the version in {@code user-agent}
     */
    public record Parts(
            Store store,
            Committer committer,
            Seal seal,
            Bodies bodies,
            BiPredicate<Rows, Id> mayRun,
            Executor executor,
            List<String> allowed,
            String version) {}

    /** Finds the bytes of an event. */
    @FunctionalInterface
    public interface Bodies {
        /** The bytes, or null if the event is gone. */
        byte @Nullable [] find(Rows rows, Id workspace, Id event);
    }

    /** The room. */
    public Webhooks(Parts parts) {
        this.store = parts.store();
        this.committer = parts.committer();
        this.patient = new PatientCommitter(committer, store::isWritable);
        this.seal = parts.seal();
        this.bodies = parts.bodies();
        this.mayRun = parts.mayRun();
        this.guard = new AddressGuard(parts.allowed().stream().map(Cidr::parse).toList());
        this.sender = new LateSender(() -> Sender.create(guard, parts.version()));
        this.attempts = new Attempts(parts.executor(), Limits.DELIVERIES_RUNNING_MAX, store.vitals());
    }

    /** The tables of the room. */
    public static List<TableName> tables() {
        return List.of(
                WebhookTables.ENDPOINTS,
                WebhookTables.DELIVERIES,
                WebhookTables.ATTEMPTS,
                EndpointDeletions.BACKLOG.table(),
                Releases.BACKLOG.table());
    }

    /**
     * Checks the spelling of a range.
     *
     * @throws IllegalArgumentException if it is none; one sentence says why
     */
    public static void checkRange(String cidr) {
        Cidr unused = Cidr.parse(cidr);
    }

    /** True if a write concerns deliveries. */
    public static boolean concerns(Changes.Write write) {
        return write.isIn(WebhookTables.DELIVERIES);
    }

    /** What is wrong with an endpoint's URL; nothing if it can be sent to. */
    public List<String> urlProblems(String url) {
        return WebhookUrl.parse(url, guard) instanceof WebhookUrl.Refused refused ? refused.problems() : List.of();
    }

    /** Hears of durable changes: of an endpoint that is gone nothing is remembered. */
    public void committed(Changes.Write write) {
        if (write.row() == null && write.isIn(WebhookTables.ENDPOINTS)) {
            slots.forget(Id.read(IdKind.ENDPOINT, write.key(), Id.BYTES));
        }
    }

    /** Whom to tell that an attempt has ended. */
    public void onSettled(Runnable listener) {
        attempts.onSettled(listener);
    }

    /** Sends a test event to an endpoint now, and shows what came of it. Nothing is remembered of it. */
    public Command.HostCall test(Id endpoint) {
        return context -> {
            EndpointRow row = Endpoints.find(context, endpoint);
            Id event = context.newId(IdKind.EVENT);
            byte[] body = new JsonBytes()
                    .open()
                    .member("id", event)
                    .member("type", "webhook_endpoint.test")
                    .member("createdAt", Times.text(context.now()))
                    .name("data")
                    .open()
                    .member("endpointId", endpoint)
                    .close()
                    .close()
                    .bytes();
            Id workspace = context.workspace();
            if (!slots.takeTest(workspace)) {
                throw new Refused(Refusal.of(
                                ProblemCode.CAPACITY_EXHAUSTED,
                                "Expected fewer than " + Limits.WEBHOOK_TESTS_RUNNING_PER_WORKSPACE_MAX
                                        + " test events under way for the workspace, and "
                                        + Limits.WEBHOOK_TESTS_RUNNING_MAX
                                        + " for all, but as many wait for their receivers; nothing was sent. Try again later.")
                        .retryAfter(1));
            }
            byte[] answer;
            try {
                answer = testAnswer(send(row, event, body, context.now()));
            } finally {
                slots.giveBackTest(workspace);
            }
            return later -> Decision.nothing(Outcome.Done.ok(answer));
        };
    }

    @Override
    public int number() {
        return WebhookTables.LANE;
    }

    /** Starts a delivery, or lets what is due at its endpoint wait if no more may be under way there, or for its workspace. */
    @Override
    public boolean start(long number) {
        DeliveryRow row = durable(number);
        if (row == null) {
            return true;
        }
        long queue = slots.isFree(row.facts()) ? Rows.NONE : store.look(rows -> queue(rows, row));
        if (queue != Rows.NONE) {
            Outcome outcome = committer.commit(
                    Caller.engineFor(row.facts().workspace()),
                    DeliverySteps.queue(row.facts().endpoint(), queue, attempts::isClaimed));
            return !PatientCommitter.mayHaveRoomLater(outcome);
        }
        return begin(row.facts());
    }

    /** Starts one that has waited for a slot, at each endpoint in turn: so what waits and what falls due take turns too. */
    @Override
    public boolean startReady(long nowMillis) {
        long number = firstReady();
        DeliveryRow ready = number == Rows.NONE ? null : durable(number);
        if (ready == null) {
            return true;
        }
        servedLast = ready.queuedFor();
        return begin(ready.facts());
    }

    @Override
    public boolean hasReady() {
        return firstReady() != Rows.NONE;
    }

    private boolean begin(DeliveryRow.Facts facts) {
        slots.take(facts);
        boolean started = attempts.tryStart(facts.number(), () -> {
            try {
                attempt(facts.number());
            } finally {
                slots.giveBack(facts);
            }
        });
        if (!started) {
            slots.giveBack(facts);
        }
        return started;
    }

    /** The first one of the next endpoint at which deliveries wait and one of them could start now; NONE if there is none. */
    private long firstReady() {
        if (!attempts.isOpen() || attempts.isFull()) {
            return Rows.NONE;
        }
        long last = servedLast;
        return store.look(rows -> {
            long behind = firstReady(rows, last + 1, Long.MAX_VALUE);
            return behind == Rows.NONE ? firstReady(rows, 0, last) : behind;
        });
    }

    private long firstReady(Rows rows, long from, long until) {
        long queue = rows.ceiling(WebhookTables.QUEUED_AT, from);
        while (queue != Rows.NONE && queue <= until) {
            long number = rows.ceiling(DeliveryRow.queue(queue), 0);
            while (number != Rows.NONE && attempts.isClaimed(number)) {
                number = rows.ceiling(DeliveryRow.queue(queue), number + 1);
            }
            DeliveryRow row = number == Rows.NONE ? null : row(rows, number);
            if (row != null && slots.isFree(row.facts())) {
                return number;
            }
            queue = rows.ceiling(WebhookTables.QUEUED_AT, queue + 1);
        }
        return Rows.NONE;
    }

    private @Nullable DeliveryRow durable(long number) {
        return store.readToAct(rows -> row(rows, number));
    }

    private static @Nullable DeliveryRow row(Rows rows, long number) {
        byte[] bytes = rows.at(number);
        return bytes == null ? null : DeliveryRow.read(bytes);
    }

    @Override
    public boolean isBusy(long number) {
        return attempts.isClaimed(number);
    }

    @Override
    public boolean isFull() {
        return attempts.isFull();
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) {
        return attempts.awaitIdle(timeoutMillis);
    }

    /** The number of the attempt of a delivery that is under way; 0 if none is. */
    public int underWay(long number) {
        return sending.getOrDefault(number, 0);
    }

    /**
     * Starts no more and waits for what is under way; what does not end stays due.
     *
     * @return how many attempts have not ended
     */
    public int drain(long timeoutMillis) {
        attempts.stop();
        patient.stop();
        attempts.awaitIdle(timeoutMillis);
        return sending.size();
    }

    /** Says why no webhook can be sent at all; empty if they can, or if none was to be sent yet. */
    public Optional<String> problem() {
        return sender.problem();
    }

    @Override
    public void close() {
        sender.close();
    }

    private void attempt(long number) {
        // What it sees of the deliveries before it in its lane is durable too: so a crash makes none of them come again
        // behind it.
        Due due = store.readToAct(rows -> find(rows, number));
        if (due == null || due.row.nextDue() == 0) {
            return;
        }
        DeliveryRow row = due.row;
        Caller engine = Caller.engineFor(row.facts().workspace());
        EndpointRow endpoint = due.endpoint;
        byte[] body = due.body;
        boolean manual = row.resendAt() != 0;
        if (endpoint == null || body == null) {
            patient.commit(engine, DeliverySteps.drop(row));
        } else if (!manual && (!endpoint.enabled() || !due.active)) {
            patient.commit(engine, DeliverySteps.hold(row, mayRun));
        } else if (!manual && due.waits) {
            patient.commit(engine, DeliverySteps.park(row));
        } else if (store.look(rows -> mayBegin(rows, row, manual) ? 1 : 0) == 1) {
            long at = store.nowMillis();
            sending.put(number, row.attempts() + 1);
            try {
                SendResult result = send(endpoint, row.facts().event(), body, at);
                slots.sent(row.facts(), result.delivered());
                patient.commit(engine, DeliverySteps.attempted(row, manual, at, result));
            } finally {
                sending.remove(number);
            }
        }
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
        DeliveryRow row = row(rows, number);
        if (row == null) {
            return null;
        }
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

    /** The number of the queue in which what is due at an endpoint waits for a slot; NONE if the endpoint is gone. */
    private static long queue(Rows rows, DeliveryRow row) {
        EndpointRow endpoint = endpoint(rows, row, false);
        return endpoint == null ? Rows.NONE : endpoint.number();
    }

    /**
     * Where a delivery goes; null if there is nowhere.
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

    /** What cannot even be sent is a failed attempt too: its schedule bounds it. */
    private SendResult send(EndpointRow endpoint, Id event, byte[] body, long at) {
        try {
            return sender.send(request(endpoint, event, body, at));
        } catch (RuntimeException | Error e) {
            store.vitals().saw(e);
            log.log(
                    System.Logger.Level.ERROR,
                    "Expected to send " + event + " to endpoint " + endpoint.id()
                            + ", but the request could not be made",
                    e);
            return new SendResult(null, null, null, SendError.CONNECTION, 0);
        }
    }

    private SendRequest request(EndpointRow endpoint, Id event, byte[] body, long at) {
        // Receivers compare it with a clock that is right, so it is never ahead of ours, as the engine's time may be.
        long seconds = TimeUnit.MILLISECONDS.toSeconds(at + Math.min(0, store.clockLeadMillis()));
        Map<String, String> headers = new LinkedHashMap<>();
        JsonValue own = JsonReader.trusted(endpoint.opened(seal).headers());
        if (own instanceof JsonValue.Obj obj) {
            obj.members().forEach((name, value) -> {
                if (value instanceof JsonValue.Text text) {
                    headers.put(name, text.value());
                }
            });
        }
        headers.put("webhook-id", event.text());
        headers.put("webhook-timestamp", Long.toString(seconds));
        headers.put("webhook-signature", Signature.sign(endpoint.keys(seal, at), event.text(), seconds, body));
        return new SendRequest(URI.create(endpoint.settings().url()), headers, body, Instant.ofEpochMilli(at));
    }

    private static byte[] testAnswer(SendResult result) {
        JsonBytes json = new JsonBytes().open().member("delivered", result.delivered());
        Integer status = result.status();
        if (status != null) {
            json.member("status", status);
        }
        json.member("durationMillis", result.durationMillis());
        SendError error = result.error();
        return json.optional("errorClass", error == null ? null : error.code())
                .close()
                .bytes();
    }

    private record Due(
            DeliveryRow row, @Nullable EndpointRow endpoint, byte @Nullable [] body, boolean active, boolean waits) {}
}
