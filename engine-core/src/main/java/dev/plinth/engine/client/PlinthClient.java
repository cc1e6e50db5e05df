package dev.plinth.engine.client;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

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
        return new ChildrenClient(invocations, resourceId);
    }

    /** Returns a client for the shares of a resource. */
    public SharesClient shares(String resourceId) {
        return new SharesClient(invocations, resourceId);
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
        JsonBytes body = new JsonBytes().open().name("operations").openArray();
        operations.forEach(operation -> body.raw(operation.json().utf8()));
        return invocations.of("batch", List.of(), body.closeArray().close().bytes(), ApiValueReader::batch);
    }

    /** Starts a job of a type. Its handler may be in this JVM, or a worker may lease it. */
    public Invocation<AcceptedJob> startJob(String type, Json input) {
        byte[] body = new JsonBytes()
                .open()
                .member("type", type)
                .raw("input", input.utf8())
                .close()
                .bytes();
        return invocations.of("createJob", List.of(), body, AcceptedJob::of);
    }

    /**
     * Starts a job with these members: {@code type}, {@code input}, {@code resourceId}, {@code runAt},
     * {@code priority}, {@code uniqueKey}, {@code maxAttempts}.
     */
    public Invocation<AcceptedJob> startJob(Json input) {
        return invocations.of("createJob", List.of(), input.utf8(), AcceptedJob::of);
    }

    /** Lists jobs, newest first; filters are {@code status}, {@code type} and {@code resourceId}. */
    public Invocation<Page<Job>> jobs() {
        return invocations.of("listJobs", List.of(), ApiValueReader.page(Job.class));
    }

    /** Shows a job as it is now. */
    public Invocation<Job> job(String jobId) {
        return invocations.of("getJob", List.of(jobId), Job::of);
    }

    /**
     * Shows a job once it has ended, or as it is after so many real seconds.
     *
     * @param waitSeconds 1–30
     */
    public Invocation<Job> job(String jobId, int waitSeconds) {
        return job(jobId).where("wait", Integer.toString(waitSeconds));
    }

    /** Cancels a job, or asks it to end if it is running. */
    public Invocation<Job> cancelJob(String jobId) {
        return invocations.of("cancelJob", List.of(jobId), Job::of);
    }

    /** Queues a failed job again and counts its attempts from 1. */
    public Invocation<Job> retryJob(String jobId) {
        return invocations.of("retryJob", List.of(jobId), Job::of);
    }

    /**
     * Runs an operation of the host that needs no resource. Returns its result, which may be any JSON.
     *
     * @param input an object with the members of its input
     */
    public Invocation<Json> run(String operation, Json input) {
        byte[] body = new JsonBytes().open().raw("input", input.utf8()).close().bytes();
        return invocations.of("callOperation", List.of(operation), body, json -> json);
    }

    /** Returns a client for workers outside of this JVM, which lease jobs and end them. */
    public LeasesClient leases() {
        return new LeasesClient(invocations);
    }

    /** Publishes an event of the host's own type. */
    public Invocation<Event> publish(String type, Json data) {
        byte[] body = new JsonBytes()
                .open()
                .member("type", type)
                .raw("data", data.utf8())
                .close()
                .bytes();
        return invocations.of("publishEvent", List.of(), body, Event::of);
    }

    /**
     * Publishes an event of the host's own type about a resource. The event is listed under the resource and is sent in
     * the order of its events. If the resource is shared with the workspace, the event belongs to the owner of the
     * resource.
     *
     * @param resourceId a resource that the workspace may change, {@code res_…}; another one is refused with 422, 403 or 409
     */
    public Invocation<Event> publish(String type, Json data, String resourceId) {
        byte[] body = new JsonBytes()
                .open()
                .member("type", type)
                .raw("data", data.utf8())
                .member("resourceId", resourceId)
                .close()
                .bytes();
        return invocations.of("publishEvent", List.of(), body, Event::of);
    }

    /** Shows an event. */
    public Invocation<Event> event(String eventId) {
        return invocations.of("getEvent", List.of(eventId), Event::of);
    }

    /**
     * Lists the latest events, newest first. Filters are {@code type} (names such as {@code resource.updated} and
     * prefixes such as {@code resource.*}, separated by commas) and {@code resourceId}.
     */
    public Invocation<Page<Event>> events() {
        return invocations.of("listEvents", List.of(), ApiValueReader.page(Event.class));
    }

    /** Lists the events after one, oldest first. */
    public Invocation<Page<Event>> eventsAfter(String eventId) {
        return events().where("after", eventId);
    }

    /** Sends the workspace's events of these types to a URL; without types, all events. The answer has the secret. */
    public Invocation<WebhookEndpoint> createWebhook(String url, String... types) {
        JsonBytes body = new JsonBytes().open().member("url", url).name("types").openArray();
        for (String type : types) {
            body.text(type);
        }
        return invocations.of(
                "createWebhookEndpoint", List.of(), body.closeArray().close().bytes(), WebhookEndpoint::of);
    }

    /** Shows the caller's workspace. */
    public Invocation<Workspace> workspace() {
        return invocations.of("getWorkspace", List.of(), Workspace::of);
    }

    /** Changes {@code name} and, by a merge patch, {@code metadata} of the caller's workspace. */
    public Invocation<Workspace> updateWorkspace(Json changes) {
        return invocations.of("updateWorkspace", List.of(), changes.utf8(), Workspace::of);
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
    public Invocation<Page<LoggedRequest>> requests() {
        return invocations.of("listRequests", List.of(), ApiValueReader.page(LoggedRequest.class));
    }

    /** Shows a request out of the last requests of the workspace. */
    public Invocation<LoggedRequest> request(String requestId) {
        return invocations.of("getRequest", List.of(requestId), LoggedRequest::of);
    }

    /** Creates a key of the workspace. With scopes, the key is restricted to them. The answer has the secret. */
    public Invocation<ApiKey> createKey(String name, String... scopes) {
        return invocations.of("createKey", List.of(), AdminClient.newKey(name, scopes), ApiKey::of);
    }

    /** Revokes a key for good. */
    public Invocation<ApiKey> revokeKey(String keyId) {
        return invocations.of("revokeKey", List.of(keyId), ApiKey::of);
    }
}
