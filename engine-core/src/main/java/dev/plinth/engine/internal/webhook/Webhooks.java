package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.BoundedExecutor;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.EventContent;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.AttemptRunner;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.DueSource;
import dev.plinth.engine.internal.timer.RetryingCommitter;
import dev.plinth.engine.internal.webhook.send.LazySender;
import dev.plinth.engine.internal.webhook.send.SendError;
import dev.plinth.engine.internal.webhook.send.SendResult;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The door of the room. It sends due deliveries, and tells to which addresses it would send. */
public final class Webhooks implements DueSource, AutoCloseable {
    /** The type of the event that a test sends. */
    public static final String TEST_TYPE = "webhook_endpoint.test";

    /** The members of the data of a test's event. */
    public static final Entity TEST_DATA = Entity.named("TestData").with("endpointId", Schema.id(IdKind.ENDPOINT));

    /** The members of the result of a test. */
    public static final Entity TEST = Entity.named("WebhookTest")
            .with("delivered", Schema.TRUTH)
            .maybe("status", Schema.WHOLE)
            .with("durationMillis", Schema.WHOLE)
            .maybe("errorClass", Schema.TEXT);

    /**
     * The grammar of a header's value. JSON allows characters that HTTP does not, and blanks around the value would not
     * arrive (RFC 9110 §5.5).
     */
    public static final Pattern HEADER_VALUE = Pattern.compile("([!-~]([\\t -~]*[!-~])?)?");

    private final Store store;
    private final Committer committer;
    private volatile NetworkRules reach;
    private final LazySender sender;
    private final AttemptRunner attempts;
    private final DeliveryScheduler scheduler;
    private final DeliveryAttempts deliveryAttempts;
    private final BiFunction<Rows, Id, @Nullable Caller> planned;
    private boolean loaded;

    /**
     * The parts that the room needs.
     *
     * @param cipher decrypts the signing keys
     * @param ids gives ids to the spans of attempts
     * @param bodies finds what the webhooks of an event carry
     * @param mayRun tells whether the deliveries of a workspace may be sent
     * @param observers learn of attempts
     * @param reach tells where webhooks may go, and how fast
     * @param places how many attempts may be in flight at first
     * @param planned returns the caller of a workspace with its present plan, or null if there is no such workspace
     * @param userAgent the header {@code user-agent} of webhooks
     */
    public record Parts(
            Store store,
            Committer committer,
            SecretCipher cipher,
            IdSource ids,
            Bodies bodies,
            BiPredicate<Rows, Id> mayRun,
            Executor executor,
            Observers observers,
            NetworkRules reach,
            Places places,
            BiFunction<Rows, Id, @Nullable Caller> planned,
            String userAgent) {}

    /**
     * The destinations of webhooks, and their rates.
     *
     * @param allowed ranges that may be called although they are not public
     * @param hostRates webhooks a second by host, or host and port; {@link #ANY_HOST} stands for all others
     * @param hasDefaultRates false if only the given rates hold, because a clock that stands still would allow no
     *     further webhook
     */
    public record NetworkRules(List<String> allowed, Map<String, Integer> hostRates, boolean hasDefaultRates) {
        /** Stands for all hosts without a rate of their own. */
        public static final String ANY_HOST = "*";

        public NetworkRules {
            allowed = List.copyOf(allowed);
            hostRates = Map.copyOf(hostRates);
        }

        /** Returns how many webhooks a second a host and port gets, such as {@code example.com:443}. */
        int perSecond(String hostAndPort) {
            Integer own = hostRates.get(hostAndPort);
            own = own == null ? hostRates.get(hostAndPort.replaceFirst(":\\d+$", "")) : own;
            own = own == null ? hostRates.get(ANY_HOST) : own;
            int otherwise = hasDefaultRates
                    ? (int) EngineSetting.WEBHOOK_HOST_RATE.byDefault()
                    : (int) EngineSetting.WEBHOOK_HOST_RATE.max();
            return own == null ? otherwise : own;
        }

        /** Returns how many webhooks a second an endpoint gets. */
        int perSecond(EndpointSettings settings) {
            int otherwise = hasDefaultRates ? Limits.DELIVERIES_PER_SECOND_DEFAULT : Limits.DELIVERIES_PER_SECOND_MAX;
            return settings.maxPerSecond() == 0 ? otherwise : settings.maxPerSecond();
        }
    }

    /** Finds what the webhooks of an event carry. */
    @FunctionalInterface
    public interface Bodies {
        /** Returns the bytes and the trace, or null if the event is gone. */
        @Nullable
        EventContent find(Rows rows, Id workspace, Id event);
    }

    /** Makes the room. */
    public Webhooks(Parts parts) {
        this.store = parts.store();
        this.committer = parts.committer();
        this.reach = parts.reach();
        this.sender = new LazySender(reach.allowed(), parts.userAgent());
        this.planned = parts.planned();
        Places places = withinHeap(parts.places());
        BoundedExecutor steps = new BoundedExecutor(parts.executor(), Limits.DELIVERY_STEPS_RUNNING_MAX);
        this.attempts = new AttemptRunner(parts.executor(), places.deliveries(), store.fatalErrors(), store.timer());
        this.scheduler = new DeliveryScheduler(places, hostAndPort -> reach.perSecond(hostAndPort));
        this.deliveryAttempts = new DeliveryAttempts(parts, sender, scheduler, steps);
        attempts.onBackoffEnd(this::backoffEnded);
    }

    /** The tables of the room. */
    public static List<TableName<?>> tables() {
        return List.of(
                WebhookTables.ENDPOINTS,
                WebhookTables.DELIVERIES,
                WebhookTables.ATTEMPTS,
                EndpointDeletions.BACKLOG.table(),
                EndpointRemains.TABLE,
                Releases.BACKLOG.table(),
                MissedEvents.BACKLOG.table());
    }

    /** Returns the tables whose rows move with a workspace: endpoints before what belongs to them. */
    public static List<TransferredTable> transferred() {
        return TransferredWebhooks.all();
    }

    /**
     * Checks the spelling of a range.
     *
     * @throws IllegalArgumentException if it is not a range; one sentence says why
     */
    public static void checkRange(String cidr) {
        LazySender.checkRange(cidr);
    }

    private static Places withinHeap(Places places) {
        long ofHeap = Math.max(1, Runtime.getRuntime().maxMemory() / Limits.DELIVERY_HEAP_BYTES);
        return places.withDeliveries((int) Math.min(places.deliveries(), ofHeap), places.deliveriesPerEndpoint());
    }

    /**
     * Sends to other destinations, at other rates and at other numbers at once from now on. Reads the plans again, which may
     * have been replaced. An attempt in flight goes on.
     */
    public void reconfigure(NetworkRules rules, Places places) {
        boolean isOtherGuard = !rules.allowed().equals(reach.allowed());
        reach = rules;
        if (isOtherGuard) {
            sender.allow(rules.allowed());
        }
        scheduler.ratesChanged();
        Places fitting = withinHeap(places);
        scheduler.resize(fitting);
        scheduler.watched().forEach(this::readPlan);
        attempts.resize(fitting.deliveries());
    }

    /** Takes over the present plan of a workspace. */
    public void follow(Caller caller) {
        scheduler.follow(caller);
    }

    private void readPlan(Id workspace) {
        Caller caller = store.readToAct(rows -> planned.apply(rows, workspace));
        if (caller == null) {
            scheduler.unwatch(workspace);
        } else {
            scheduler.follow(caller);
        }
    }

    /** Returns true if a write concerns deliveries. */
    public static boolean concerns(Changes.Write write) {
        return write.isIn(WebhookTables.DELIVERIES);
    }

    /** Returns the problems of an endpoint's URL; empty if webhooks can be sent to it. */
    public List<String> urlProblems(String url) {
        return sender.urlProblems(url);
    }

    /** Has the schedule learn of durable changes. */
    public void register() {
        store.onCommitted((sequence, writes) -> {
            for (int i = 0; i < writes.size(); i++) {
                committed(writes.get(i));
            }
        });
    }

    /** Learns of durable changes: of deliveries that wait, and of changed or deleted endpoints. */
    public void committed(Changes.Write write) {
        byte[] row = write.row();
        if (write.isIn(WebhookTables.DELIVERIES)) {
            DeliveryRow delivery = WebhookTables.DELIVERIES.read(row);
            if (delivery != null && delivery.queuedFor() != 0) {
                queued(delivery);
            }
        } else if (DeletedWorkspaces.added(write) != null) {
            scheduler.unwatch(Id.read(IdKind.WORKSPACE, write.key(), 0));
        } else if (write.isIn(WebhookTables.ENDPOINTS)) {
            Id endpoint = Id.read(IdKind.ENDPOINT, write.key(), Id.BYTES);
            if (row == null) {
                scheduler.forget(endpoint);
            } else {
                scheduler.changed(endpoint);
            }
        }
    }

    private void queued(DeliveryRow row) {
        EndpointThrottle unused =
                scheduler.queued(row.facts().workspace(), row.facts().endpoint(), row.queuedFor());
    }

    /** Sets the listener that learns that an attempt has ended. */
    public void onSettled(Runnable listener) {
        attempts.onSettled(listener);
    }

    /** Sends a test event to an endpoint now and shows the result. Nothing of it is stored. */
    public Command.HostCall test(Id endpoint) {
        return new Command.HostCall() {
            @Override
            public Command.Change run(Context context, Command.Origin origin) {
                return test(context, endpoint);
            }

            @Override
            public void checkTarget(Context context) {
                EndpointRow unused = Endpoints.find(context, endpoint);
            }
        };
    }

    private Command.Change test(Context context, Id endpoint) {
        EndpointRow row = Endpoints.find(context, endpoint);
        Id event = context.newId(IdKind.EVENT);
        byte[] body = JsonBytes.object()
                .member("id", event)
                .member("type", TEST_TYPE)
                .member("createdAt", Times.text(context.now()))
                .name("data")
                .open()
                .member("endpointId", endpoint)
                .close()
                .end();
        Id workspace = context.workspace();
        if (!scheduler.takeTest(workspace)) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "At most " + Limits.WEBHOOK_TESTS_RUNNING_PER_WORKSPACE_MAX
                                    + " test events of a workspace and " + Limits.WEBHOOK_TESTS_RUNNING_MAX
                                    + " in all can be in flight, and as many are; nothing was sent. Try again.")
                    .retryAfter(1));
        }
        byte[] answer;
        try {
            answer = testAnswer(sender.send(deliveryAttempts.request(
                    row,
                    event,
                    new EventContent(body, deliveryAttempts.span(context.trace(), context.now())),
                    context.now())));
        } finally {
            scheduler.giveBackTest(workspace);
        }
        return later -> Decision.nothing(Outcome.Done.ok(answer));
    }

    @Override
    public int number() {
        return DueKinds.DELIVERIES;
    }

    /** Puts due deliveries into the queues of their endpoints, many in one step. Attempts start from there. */
    @Override
    public boolean start(long number) {
        Outcome outcome = committer.commit(Caller.OPERATOR, DeliverySteps.queueDue(number));
        return !RetryingCommitter.mayHaveRoomLater(outcome);
    }

    @Override
    public boolean startReady(long nowMillis) {
        load();
        for (int i = 0; i < Limits.DELIVERIES_STARTED_PER_TURN_MAX && mayStart(); i++) {
            EndpointThrottle throttle = scheduler.next(nowMillis);
            if (throttle == null) {
                return true;
            }
            if (throttle.host() == null) {
                describe(throttle);
            } else if (!start(throttle, nowMillis)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean hasReady() {
        load();
        return mayStart() && scheduler.next(store.nowMillis()) != null;
    }

    @Override
    public long nextReadyMillis() {
        return mayStart() ? scheduler.nextMillis(store.nowMillis()) : Long.MAX_VALUE;
    }

    private boolean mayStart() {
        return attempts.isOpen() && !attempts.isFull();
    }

    /** Starts the first delivery that waits at an endpoint. Returns false if no thread is available. */
    private boolean start(EndpointThrottle throttle, long nowMillis) {
        long signals = scheduler.signals(throttle);
        long from = scheduler.searchFrom(throttle);
        long number = store.look(rows -> firstFree(rows, throttle, from));
        if (number == Rows.NONE && from != 0) {
            scheduler.restartLap(throttle);
            number = store.look(rows -> firstFree(rows, throttle, 0));
        }
        if (number == Rows.NONE) {
            scheduler.rest(throttle, signals);
            return true;
        }
        AttemptRunner.Claim claim = attempts.tryClaim(number);
        return claim == null || deliveryAttempts.begin(claim, scheduler.take(throttle, number, nowMillis));
    }

    private long firstFree(Rows rows, EndpointThrottle throttle, long from) {
        SetKey queue = DeliveryRow.queue(throttle.queue());
        long number = rows.ceiling(queue, from);
        while (number != Rows.NONE && attempts.isClaimed(number)) {
            number = rows.ceiling(queue, number + 1);
        }
        return number;
    }

    /** Reads the settings of an endpoint and the plan of its workspace. Deliveries of a deleted endpoint are examined like others, and dropped. */
    private void describe(EndpointThrottle throttle) {
        scheduler.watch(throttle.workspace());
        readPlan(throttle.workspace());
        byte[] key = throttle.workspace().keyOf(throttle.endpoint());
        EndpointRow row = store.readToAct(rows -> rows.find(WebhookTables.ENDPOINTS, key));
        if (row == null) {
            scheduler.describe(throttle, "", Limits.DELIVERIES_PER_SECOND_MAX);
        } else {
            EndpointSettings settings = row.settings();
            scheduler.describe(throttle, LazySender.hostAndPort(settings.url()), reach.perSecond(settings));
        }
    }

    /** Finds the deliveries that wait since before this process, once. */
    private synchronized void load() {
        if (!loaded) {
            for (DeliveryRow row : store.readToAct(Webhooks::firstOfQueues)) {
                queued(row);
            }
            loaded = true;
        }
    }

    private static List<DeliveryRow> firstOfQueues(Rows rows) {
        List<DeliveryRow> found = new ArrayList<>();
        for (long queue = rows.ceiling(WebhookTables.QUEUED_AT, 0);
                queue != Rows.NONE;
                queue = rows.ceiling(WebhookTables.QUEUED_AT, queue + 1)) {
            DeliveryRow row = rows.first(WebhookTables.DELIVERIES, DeliveryRow.queue(queue));
            if (row != null) {
                found.add(row);
            }
        }
        return found;
    }

    /** Queues a delivery again whose last attempt could not even be recorded, after its backoff. */
    private void backoffEnded(long number) {
        DeliveryRow row = store.readToAct(rows -> rows.at(WebhookTables.DELIVERIES, number));
        if (row != null) {
            queued(row);
        }
    }

    @Override
    public boolean isBusy(long number) {
        return false; // attempts in flight are not in the due index
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) {
        return attempts.awaitIdle(timeoutMillis);
    }

    /** Returns the number of the attempt of a delivery in flight, or 0. */
    public int attemptInFlight(long number) {
        return deliveryAttempts.attemptInFlight(number);
    }

    /** Returns the numbers of the deliveries of an endpoint with an attempt in flight. */
    public NavigableSet<Long> inFlightAt(Id endpoint) {
        return deliveryAttempts.inFlightAt(endpoint);
    }

    /**
     * Starts no more attempts and waits for those in flight. Deliveries that do not end stay due.
     *
     * @return how many attempts have not ended
     */
    public int drain(long timeoutMillis) {
        attempts.stop();
        deliveryAttempts.stop();
        attempts.awaitIdle(timeoutMillis);
        return deliveryAttempts.size();
    }

    /** Returns the attempts by result, and how long they took. */
    public AttemptTimes times() {
        return deliveryAttempts.times();
    }

    /** Returns why no webhook can be sent at all. Empty if they can, or if none was to be sent yet. */
    public Optional<String> problem() {
        return sender.problem();
    }

    @Override
    public void close() {
        deliveryAttempts.close();
        sender.close();
    }

    private static byte[] testAnswer(SendResult result) {
        JsonBytes json = JsonBytes.object().member("delivered", result.delivered());
        Integer status = result.status();
        if (status != null) {
            json.member("status", status);
        }
        json.member("durationMillis", result.durationMillis());
        SendError error = result.error();
        return json.optional("errorClass", error == null ? null : error.code()).end();
    }
}
