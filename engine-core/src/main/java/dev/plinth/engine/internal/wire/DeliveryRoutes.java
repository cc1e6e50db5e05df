package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.WEBHOOKS_READ;
import static dev.plinth.engine.api.Scope.WEBHOOKS_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.command.RecoverJob;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;

/** The routes of deliveries. */
final class DeliveryRoutes {
    private static final String ONE = "/v1/deliveries/{deliveryId}";
    private static final Member<Long> SINCE =
            Member.required("since", Kind.TIME, "the time of the first event to send again");

    private static final Parameter<String> OF_STATUS =
            Parameter.oneOf("status", Deliveries.STATUSES, "Shows deliveries in this state.");

    private final Webhooks webhooks;

    DeliveryRoutes(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    List<Route> all() {
        return List.of(
                row(
                                Tag.DELIVERIES,
                                "listDeliveries",
                                "GET",
                                EndpointRoutes.ONE + "/deliveries",
                                "List deliveries of an endpoint")
                        .says("The newest come first.")
                        .scope(WEBHOOKS_READ)
                        .page(OF_STATUS)
                        .gives(Deliveries.ENTITY)
                        .decodedBy(input -> Deliveries.list(
                                input.id(IdKind.ENDPOINT, 0),
                                input.page(),
                                input.query().find(OF_STATUS),
                                webhooks::attemptInFlight,
                                webhooks::inFlightAt)),
                row(
                                Tag.DELIVERIES,
                                "recoverDeliveries",
                                "POST",
                                EndpointRoutes.ONE + "/recover",
                                "Send failed events again")
                        .says("A job resends what has not been delivered since a time.")
                        .scope(WEBHOOKS_WRITE)
                        .takes(Body.of("Recovery", SINCE).such("{\"since\":\"2026-11-01T00:00:00.000Z\"}"))
                        .refuses(JOB_QUEUE_FULL)
                        .accepts()
                        .decodedBy(input -> RecoverJob.of(
                                input.id(IdKind.ENDPOINT, 0), input.body().get(SINCE))),
                row(Tag.DELIVERIES, "getDelivery", "GET", ONE, "Get a delivery")
                        .says("Each attempt shows the body of the answer.")
                        .scope(WEBHOOKS_READ)
                        .gives(Deliveries.ENTITY)
                        .decodedBy(input -> Deliveries.get(input.id(IdKind.DELIVERY, 0), webhooks::attemptInFlight)),
                row(Tag.DELIVERIES, "resendDelivery", "POST", ONE + "/resend", "Send a delivery again")
                        .scope(WEBHOOKS_WRITE)
                        .refuses(INVALID_TRANSITION)
                        .gives(202, Deliveries.ENTITY)
                        .decodedBy(input -> Deliveries.resend(
                                input.id(IdKind.DELIVERY, 0), Events::content, webhooks::attemptInFlight)));
    }
}
