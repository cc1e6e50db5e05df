package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.WEBHOOKS_READ;
import static dev.plinth.engine.api.Scope.WEBHOOKS_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.webhook.EndpointSettings;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.route.Entities;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.ReceiverHeaders;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The routes of webhook endpoints. */
final class EndpointRoutes {
    static final String ALL = "/v1/webhook-endpoints";
    static final String ONE = ALL + "/{endpointId}";

    private static final int URL_LENGTH_MAX = 2048;
    private static final long GRACE_SECONDS_DEFAULT = 86_400;
    private static final long GRACE_SECONDS_MAX = 604_800;
    private static final String RECEIVER = "https://example.com/hooks";

    private static final Member<List<String>> TYPES = Member.optional(
                    "types",
                    Kind.list(
                            0,
                            Limits.EVENT_TYPES_MAX,
                            Schema.matching(EventTypes.NAME_OR_PREFIX, "resource.*")
                                    .and(json -> json.member("maxLength", Limits.EVENT_TYPE_LENGTH_MAX)),
                            EndpointRoutes::types))
            .elsewhereNamed("events", "enabledEvents", "enabled_events", "filterTypes", "topics");
    private static final Member<String> ORDERING = Member.optional("ordering", Kind.oneOf(Endpoints.ORDERINGS));
    private static final Member<String> DESCRIPTION =
            Member.optional("description", Kind.text(0, Limits.DESCRIPTION_LENGTH_MAX));
    private static final Member<byte[]> HEADERS = Member.optional("headers", ReceiverHeaders.KIND);
    private static final Member<Integer> PER_SECOND =
            Member.optional("maxPerSecond", Kind.integer(1, Limits.DELIVERIES_PER_SECOND_MAX));
    private static final Member<String> STATUS = Member.optional("status", Kind.oneOf(Endpoints.STATUSES));
    private static final Member<Long> GRACE =
            Member.optional("graceSeconds", Kind.whole(0, GRACE_SECONDS_MAX), GRACE_SECONDS_DEFAULT);

    private final Webhooks webhooks;
    private final Member<String> url;
    private final Member<String> otherUrl;

    EndpointRoutes(Webhooks webhooks) {
        this.webhooks = webhooks;
        Kind<String> receiver = Kind.of(
                Schema.of(
                        "string",
                        json -> json.member("format", "uri")
                                .member("maxLength", URL_LENGTH_MAX)
                                .name("examples")
                                .openArray()
                                .text(RECEIVER)
                                .closeArray()),
                "the URL of a receiver",
                this::url);
        url = Member.required("url", receiver);
        otherUrl = Member.optional("url", receiver);
    }

    List<Route> all() {
        return List.of(
                row(Tag.ENDPOINTS, "createWebhookEndpoint", "POST", ALL, "Create a webhook endpoint")
                        .says("The answer shows the secret with which webhooks are signed, this once.")
                        .scope(WEBHOOKS_WRITE)
                        .takes(Body.of("NewWebhookEndpoint", url, TYPES, ORDERING, DESCRIPTION, HEADERS, PER_SECOND)
                                .such("{\"url\":\"" + RECEIVER + "\",\"types\":[\"resource.*\"]}"))
                        .creates(Endpoints.ENTITY)
                        .decodedBy(this::create),
                row(Tag.ENDPOINTS, "listWebhookEndpoints", "GET", ALL, "List webhook endpoints")
                        .scope(WEBHOOKS_READ)
                        .page()
                        .gives(Endpoints.ENTITY)
                        .decodedBy(input -> Endpoints.list(input.page())),
                row(Tag.ENDPOINTS, "getWebhookEndpoint", "GET", ONE, "Get a webhook endpoint")
                        .scope(WEBHOOKS_READ)
                        .gives(Endpoints.ENTITY)
                        .decodedBy(input -> Endpoints.get(input.id(IdKind.ENDPOINT, 0))),
                row(Tag.ENDPOINTS, "updateWebhookEndpoint", "PATCH", ONE, "Update a webhook endpoint")
                        .says("A disabled endpoint holds its deliveries until it is enabled.")
                        .scope(WEBHOOKS_WRITE)
                        .takes(Body.of(
                                        "WebhookEndpointChange",
                                        otherUrl,
                                        TYPES,
                                        ORDERING,
                                        DESCRIPTION,
                                        HEADERS,
                                        PER_SECOND,
                                        STATUS)
                                .such("{\"status\":\"disabled\"}"))
                        .gives(Endpoints.ENTITY)
                        .decodedBy(this::patch),
                row(Tag.ENDPOINTS, "deleteWebhookEndpoint", "DELETE", ONE, "Delete a webhook endpoint")
                        .says("Its open deliveries are dropped.")
                        .scope(WEBHOOKS_WRITE)
                        .gives(Entities.DELETED)
                        .decodedBy(input -> Endpoints.delete(input.id(IdKind.ENDPOINT, 0))),
                row(
                                Tag.ENDPOINTS,
                                "rotateWebhookSecret",
                                "POST",
                                ONE + "/secret/rotate",
                                "Rotate the secret of an endpoint")
                        .says("Webhooks are signed with both secrets until the old one ends.")
                        .scope(WEBHOOKS_WRITE)
                        .takes(Body.of("SecretRotation", GRACE).orAbsent())
                        .refuses(INVALID_TRANSITION)
                        .gives(Endpoints.ENTITY)
                        .decodedBy(input -> Endpoints.rotate(
                                input.id(IdKind.ENDPOINT, 0), input.body().get(GRACE))),
                row(Tag.ENDPOINTS, "testWebhookEndpoint", "POST", ONE + "/test", "Send a test event to an endpoint")
                        .scope(WEBHOOKS_WRITE)
                        .slow()
                        .gives(Webhooks.TEST)
                        .decodedBy(input -> webhooks.test(input.id(IdKind.ENDPOINT, 0))));
    }

    private Command create(Input input) {
        Values body = input.body();
        List<String> types = body.find(TYPES);
        String description = body.find(DESCRIPTION);
        byte[] headers = body.find(HEADERS);
        Integer perSecond = body.find(PER_SECOND);
        return Endpoints.create(new EndpointSettings(
                body.get(url),
                types == null ? List.of() : types,
                !"none".equals(body.find(ORDERING)),
                description == null ? "" : description,
                headers == null ? Content.EMPTY : headers,
                perSecond == null ? 0 : perSecond));
    }

    private Command patch(Input input) {
        Values body = input.body();
        String address = body.find(otherUrl);
        List<String> types = body.find(TYPES);
        String ordering = body.find(ORDERING);
        String description = body.find(DESCRIPTION);
        byte[] headers = body.find(HEADERS);
        Integer perSecond = body.find(PER_SECOND);
        String status = body.find(STATUS);
        return Endpoints.update(
                input.id(IdKind.ENDPOINT, 0),
                old -> new EndpointSettings(
                        address == null ? old.url() : address,
                        types == null ? old.types() : types,
                        ordering == null ? old.ordered() : ordering.equals("resource"),
                        description == null ? old.description() : description,
                        headers == null ? old.headers() : headers,
                        perSecond == null ? old.maxPerSecond() : perSecond),
                status == null ? null : (Boolean) status.equals("enabled"));
    }

    private @Nullable String url(Fields fields, String name) {
        String text = fields.text(name, 1, URL_LENGTH_MAX);
        if (text != null) {
            webhooks.urlProblems(text).forEach(problem -> fields.error(name, "invalid_url", problem));
        }
        return text;
    }

    private static List<String> types(Fields fields, String name, List<JsonValue> items) {
        List<String> types = new ArrayList<>(items.size());
        for (JsonValue item : items) {
            if (item instanceof JsonValue.Text text && EventTypes.isNameOrPrefix(text.value())) {
                types.add(text.value());
            } else {
                fields.error(
                        name,
                        "invalid_format",
                        "types must be event types such as resource.updated or resource.*, each of at most "
                                + Limits.EVENT_TYPE_LENGTH_MAX + " characters, got " + Fields.shown(item) + ".");
            }
        }
        return types;
    }
}
