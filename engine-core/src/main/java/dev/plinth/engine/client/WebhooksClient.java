package dev.plinth.engine.client;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Instant;
import java.util.List;

/** The webhook endpoints of one workspace, with their deliveries. Thread-safe. */
public final class WebhooksClient {
    private final Invocations invocations;

    WebhooksClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /**
     * Creates an endpoint with these members: {@code url}, {@code types}, {@code ordering}, {@code description},
     * {@code headers}, {@code maxPerSecond}. The answer has the secret.
     */
    public Invocation<WebhookEndpoint> create(Json input) {
        return invocations.of("createWebhookEndpoint", List.of(), input.utf8(), WebhookEndpoint::of);
    }

    /** Shows an endpoint. */
    public Invocation<WebhookEndpoint> get(String id) {
        return invocations.of("getWebhookEndpoint", List.of(id), WebhookEndpoint::of);
    }

    /** Lists endpoints, newest first. */
    public Invocation<Page<WebhookEndpoint>> list() {
        return invocations.of("listWebhookEndpoints", List.of(), ApiValueReader.page(WebhookEndpoint.class));
    }

    /** Changes members of an endpoint. {@code status} may be {@code enabled} or {@code disabled}. */
    public Invocation<WebhookEndpoint> update(String id, Json changes) {
        return invocations.of("updateWebhookEndpoint", List.of(id), changes.utf8(), WebhookEndpoint::of);
    }

    /** Deletes an endpoint. Returns its id. */
    public Invocation<String> delete(String id) {
        return invocations.of("deleteWebhookEndpoint", List.of(id), deleted -> id);
    }

    /** Gives an endpoint a new secret, which the answer has. The previous secret also signs for one more day. */
    public Invocation<WebhookEndpoint> rotateSecret(String id) {
        return invocations.of("rotateWebhookSecret", List.of(id), WebhookEndpoint::of);
    }

    /**
     * Gives an endpoint a new secret, which the answer has. At most ten older secrets also sign, each until its own
     * time.
     *
     * @param graceSeconds how long the previous secret also signs, 0–604,800 s
     */
    public Invocation<WebhookEndpoint> rotateSecret(String id, long graceSeconds) {
        byte[] body = new JsonBytes()
                .open()
                .member("graceSeconds", graceSeconds)
                .close()
                .bytes();
        return invocations.of("rotateWebhookSecret", List.of(id), body, WebhookEndpoint::of);
    }

    /**
     * Sends a test event at once. Returns {@code delivered}, {@code status}, {@code durationMillis} and
     * {@code errorClass}.
     */
    public Invocation<Json> test(String id) {
        return invocations.of("testWebhookEndpoint", List.of(id), json -> json);
    }

    /** Lists the deliveries to an endpoint, newest first. */
    public Invocation<Page<Delivery>> deliveries(String endpointId) {
        return invocations.of("listDeliveries", List.of(endpointId), ApiValueReader.page(Delivery.class));
    }

    /** Shows a delivery. */
    public Invocation<Delivery> delivery(String deliveryId) {
        return invocations.of("getDelivery", List.of(deliveryId), Delivery::of);
    }

    /**
     * Sends a delivery again, whatever its status is. The call is refused with 409 if the endpoint is deleted or the
     * event is not kept any more.
     */
    public Invocation<Delivery> resend(String deliveryId) {
        return invocations.of("resendDelivery", List.of(deliveryId), Delivery::of);
    }

    /**
     * Starts a job that sends every exhausted delivery of the endpoint once more. Its result is {@code {"resent":n}}.
     *
     * @param since the earliest time of the deliveries' events
     */
    public Invocation<AcceptedJob> recover(String endpointId, Instant since) {
        byte[] body =
                new JsonBytes().open().member("since", since.toString()).close().bytes();
        return invocations.of("recoverDeliveries", List.of(endpointId), body, AcceptedJob::of);
    }
}
