package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.PlanUse;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.api.WorkspaceChange;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

/**
 * A client bound to one API key, or to a workspace for the host's own code. It offers the routes of the wire as Java
 * methods, under the same rules. A client with a key has the limits of the key. A client without one has all scopes and
 * takes no rate-limit units.
 *
 * <p>Every method returns an {@link Invocation}. Nothing happens until it is called or submitted. Thread-safe.
 */
public final class PlinthClient {
    private final Invocations invocations;

    PlinthClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Returns a client for resources. */
    public ResourcesClient resources() {
        return new ResourcesClient(invocations);
    }

    /** Returns a client for the children of a resource. */
    public ChildrenClient children(String resourceId) {
        return new ChildrenClient(invocations, given(resourceId, "resourceId"));
    }

    /** Returns a client for the shares of a resource. */
    public SharesClient shares(String resourceId) {
        return new SharesClient(invocations, given(resourceId, "resourceId"));
    }

    /** Returns a client for the workspace's API keys. */
    public KeysClient keys() {
        return new KeysClient(invocations);
    }

    /** Returns a client for the workspace's webhook endpoints and deliveries. */
    public WebhooksClient webhooks() {
        return new WebhooksClient(invocations);
    }

    /**
     * Makes several calls as one: all of them, or none. Each sees what those before it have changed. A refused one refuses
     * the batch, and {@link Problem#operation} names it.
     *
     * @param operations 1 to 100 changes of resources, children and shares, jobs and events
     */
    public Invocation<List<BatchResult>> batch(List<BatchOperation> operations) {
        JsonBytes body = JsonBytes.object().name("operations").openArray();
        given(operations, "operations")
                .forEach(operation -> body.raw(operation.json().utf8()));
        return invocations.of("batch", List.of(), body.closeArray().end(), ApiValueReader::batch);
    }

    /** Starts a job of a type. Its handler may be in this JVM, or a worker may lease it. */
    public Invocation<AcceptedJob> startJob(String type, Json input) {
        return startJob(NewJob.of(type, input));
    }

    /** Starts a job. Its handler may be in this JVM, or a worker may lease it. */
    public Invocation<AcceptedJob> startJob(NewJob input) {
        return invocations.of(
                "createJob", List.of(), given(input, "input").json().utf8(), AcceptedJob::of);
    }

    /** Lists jobs, newest first; filters are {@code status}, {@code type} and {@code resourceId}. */
    public Listing<Job> jobs() {
        return invocations.list("listJobs", List.of(), Job.class);
    }

    /** Shows a job as it is now. */
    public Invocation<Job> job(String jobId) {
        return invocations.of("getJob", List.of(given(jobId, "jobId")), Job::of);
    }

    /**
     * Shows a job once it has ended, or as it is after a time. {@link #awaitJob} waits longer.
     *
     * @param wait the real time to wait, 1–30 whole seconds
     */
    public Invocation<Job> job(String jobId, Duration wait) {
        return job(jobId).parameter("wait", Long.toString(Arguments.seconds(wait, "wait")));
    }

    /**
     * Waits on this thread until a job has ended. The engine wakes it; nothing is polled. One call is made for each 30 s,
     * which takes its rate-limit units. While 100 calls of the workspace wait already, one is made each second instead.
     * Time is that of the machine, also on a manual clock.
     *
     * @param atMost how long to wait, more than zero
     * @return the job, whose state is final
     * @throws TimeoutException if the job has not ended by then. It goes on
     * @throws InterruptedException if this thread is interrupted. The job goes on
     * @throws PlinthException if the job is not there or is deleted meanwhile ({@code not_found}). Also if the engine closes
     *     ({@code shutting_down}), or another call is refused
     * @throws IllegalArgumentException if the time is zero or negative
     * @throws IllegalStateException on a thread of the engine's own
     */
    public Job awaitJob(String jobId, Duration atMost) throws InterruptedException, TimeoutException {
        invocations.dispatcher().checkMayWait();
        return JobWait.await(this, given(jobId, "jobId"), given(atMost, "atMost"));
    }

    /** Cancels a job, or asks it to end if it is running. */
    public Invocation<Job> cancelJob(String jobId) {
        return invocations.of("cancelJob", List.of(given(jobId, "jobId")), Job::of);
    }

    /** Queues a failed job again and counts its attempts from 1. */
    public Invocation<Job> retryJob(String jobId) {
        return invocations.of("retryJob", List.of(given(jobId, "jobId")), Job::of);
    }

    /**
     * Runs an operation of the host that needs no resource. Returns its result, which may be any JSON.
     *
     * @param input an object with the members of its input
     */
    public Invocation<Json> run(String operation, Json input) {
        byte[] body =
                JsonBytes.object().raw("input", given(input, "input").utf8()).end();
        return invocations.of("callOperation", List.of(given(operation, "operation")), body, json -> json);
    }

    /** Returns a client for workers outside of this JVM, which lease jobs and end them. */
    public LeasesClient leases() {
        return new LeasesClient(invocations);
    }

    /** Publishes an event of the host's own type. */
    public Invocation<Event> publish(String type, Json data) {
        return publish(NewEvent.of(type, data));
    }

    /** Publishes an event of the host's own type. */
    public Invocation<Event> publish(NewEvent event) {
        return invocations.of(
                "publishEvent", List.of(), given(event, "event").json().utf8(), Event::of);
    }

    /** Shows an event. */
    public Invocation<Event> event(String eventId) {
        return invocations.of("getEvent", List.of(given(eventId, "eventId")), Event::of);
    }

    /**
     * Lists the latest events, newest first. Filters are {@code type} (names such as {@code resource.updated} and
     * prefixes such as {@code resource.*}, separated by commas) and {@code resourceId}.
     */
    public Listing<Event> events() {
        return invocations.list("listEvents", List.of(), Event.class);
    }

    /** Lists the events after one, oldest first. */
    public Listing<Event> eventsAfter(String eventId) {
        return events().where("after", given(eventId, "eventId"));
    }

    /** Sends the workspace's events of these types to a URL; without types, all events. The answer has the secret. */
    public Invocation<WebhookEndpoint> createWebhook(String url, String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return webhooks().create(NewWebhookEndpoint.of(url, types));
    }

    /** Shows the caller's workspace. */
    public Invocation<Workspace> workspace() {
        return invocations.of("getWorkspace", List.of(), Workspace::of);
    }

    /** Changes the workspace. */
    public Invocation<Workspace> updateWorkspace(WorkspaceChange change) {
        return invocations.of(
                "updateWorkspace", List.of(), given(change, "change").json().utf8(), Workspace::of);
    }

    /** Shows the limits of the workspace's plan, and what is used of them. */
    public Invocation<PlanUse> plan() {
        return invocations.of("getPlan", List.of(), PlanUse::of);
    }

    /** Shows the state of the workspace's rate limits. Takes no units. */
    public Invocation<RateLimit> rateLimit() {
        return invocations.of("getRateLimit", List.of(), RateLimit::of);
    }

    /**
     * Lists the last requests of the workspace, newest first. The list does not contain this request yet. Filters are
     * {@code status}, such as {@code 404} or {@code 4xx}, {@code code}, {@code keyId}, {@code idempotencyKey},
     * {@code route}, {@code createdAfter} and {@code createdBefore}.
     */
    public Listing<LoggedRequest> requests() {
        return invocations.list("listRequests", List.of(), LoggedRequest.class);
    }

    /** Shows a request out of the last requests of the workspace. */
    public Invocation<LoggedRequest> request(String requestId) {
        return invocations.of("getRequest", List.of(given(requestId, "requestId")), LoggedRequest::of);
    }
}
