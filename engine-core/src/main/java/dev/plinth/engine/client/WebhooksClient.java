package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WebhookTest;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The webhook endpoints of one workspace, with their deliveries. Thread-safe. */
public final class WebhooksClient {
    private final Invocations invocations;

    WebhooksClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Creates an endpoint. The answer has the secret. */
    public Invocation<WebhookEndpoint> create(NewWebhookEndpoint input) {
        return invocations.of(
                "createWebhookEndpoint", List.of(), given(input, "input").json().utf8(), WebhookEndpoint::of);
    }

    /** Shows an endpoint. */
    public Invocation<WebhookEndpoint> get(String id) {
        return invocations.of("getWebhookEndpoint", List.of(given(id, "id")), WebhookEndpoint::of);
    }

    /** Lists endpoints, newest first. */
    public Listing<WebhookEndpoint> list() {
        return invocations.list("listWebhookEndpoints", List.of(), WebhookEndpoint.class);
    }

    /** Changes an endpoint. */
    public Invocation<WebhookEndpoint> update(String id, WebhookEndpointChange change) {
        return invocations.of(
                "updateWebhookEndpoint",
                List.of(given(id, "id")),
                given(change, "change").json().utf8(),
                WebhookEndpoint::of);
    }

    /** Deletes an endpoint. Returns its id. */
    public Invocation<String> delete(String id) {
        return invocations.of("deleteWebhookEndpoint", List.of(given(id, "id")), deleted -> id);
    }

    /** Gives an endpoint a new secret, which the answer has. The previous secret also signs for one more day. */
    public Invocation<WebhookEndpoint> rotateSecret(String id) {
        return invocations.of("rotateWebhookSecret", List.of(given(id, "id")), WebhookEndpoint::of);
    }

    /**
     * Gives an endpoint a new secret, which the answer has. At most ten older secrets also sign, each until its own
     * time.
     *
     * @param grace how long the previous secret also signs, 0–604,800 whole seconds
     */
    public Invocation<WebhookEndpoint> rotateSecret(String id, Duration grace) {
        byte[] body = JsonBytes.object()
                .member("graceSeconds", Arguments.seconds(grace, "grace"))
                .end();
        return invocations.of("rotateWebhookSecret", List.of(given(id, "id")), body, WebhookEndpoint::of);
    }

    /** Sends a test event at once, and returns its outcome. */
    public Invocation<WebhookTest> test(String id) {
        return invocations.of("testWebhookEndpoint", List.of(given(id, "id")), WebhookTest::of);
    }

    /** Lists the deliveries to an endpoint, newest first. */
    public Listing<Delivery> deliveries(String endpointId) {
        return invocations.list("listDeliveries", List.of(given(endpointId, "endpointId")), Delivery.class);
    }

    /** Shows a delivery. */
    public Invocation<Delivery> delivery(String deliveryId) {
        return invocations.of("getDelivery", List.of(given(deliveryId, "deliveryId")), Delivery::of);
    }

    /**
     * Sends a delivery again, whatever its status is, at most 25 times. The call is refused with 409 beyond that, and if
     * the endpoint is deleted or the event is not kept any more.
     */
    public Invocation<Delivery> resend(String deliveryId) {
        return invocations.of("resendDelivery", List.of(given(deliveryId, "deliveryId")), Delivery::of);
    }

    /**
     * Starts a job that sends every exhausted delivery of the endpoint once more. Its result is {@code {"resent":n}}.
     *
     * @param since the earliest time of the deliveries' events
     */
    public Invocation<AcceptedJob> recover(String endpointId, Instant since) {
        byte[] body = JsonBytes.object()
                .member("since", given(since, "since").toString())
                .end();
        return invocations.of("recoverDeliveries", List.of(given(endpointId, "endpointId")), body, AcceptedJob::of);
    }
}
