package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.event.OwnEventTypes;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.resource.Shares;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.route.Entities;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayList;
import java.util.List;

/** The webhooks of the OpenAPI document: the engine's own events, each as its receiver gets it. */
final class OpenApiWebhooks {
    private OpenApiWebhooks() {}

    /** Adds all of them, by type. */
    static void add(JsonBytes json) {
        json.open();
        OwnEventTypes.ALL.forEach(type -> webhook(json.name(type), type, data(type)));
        webhook(json.name(Webhooks.TEST_TYPE), Webhooks.TEST_TYPE, Webhooks.TEST_DATA);
        json.close();
    }

    /** Returns what the data of the events are. */
    static List<Entity> entities() {
        List<Entity> entities = new ArrayList<>(List.of(Webhooks.TEST_DATA));
        OwnEventTypes.ALL.forEach(type -> entities.add(data(type)));
        return entities;
    }

    private static Entity data(String type) {
        return switch (type) {
            case "resource.deleted", "child.deleted", "webhook_endpoint.deleted" -> Entities.DELETED;
            case "resource.shared" -> Shares.ENTITY;
            case "resource.unshared" -> Shares.ENDED;
            default ->
                switch (EventTypes.family(type)) {
                    case "resource" -> Resources.ENTITY;
                    case "child" -> Children.ENTITY;
                    case "job" -> Jobs.ENTITY;
                    case "workspace" -> Workspaces.ENTITY;
                    case "key" -> Keys.ENTITY;
                    case "webhook_endpoint" -> Endpoints.ENTITY;
                    default ->
                        throw new IllegalStateException("Expected the entity that events of type " + type
                                + " show, but there is none; name it in OpenApiWebhooks");
                };
        };
    }

    private static void webhook(JsonBytes json, String type, Entity data) {
        json.open().name("post").open().member("operationId", "receive." + type);
        json.member("summary", "Receive " + type);
        json.name("tags").openArray().text(Tag.EVENTS.title()).closeArray();
        json.name("security").openArray().closeArray();
        json.name("parameters").openArray();
        for (String header : List.of("WebhookId", "WebhookTimestamp", "WebhookSignature")) {
            Schema.reference(json, "parameters/" + header);
        }
        json.closeArray()
                .name("requestBody")
                .open()
                .member("required", true)
                .name("content")
                .open();
        json.name("application/json").open();
        event(type, data).print(json.name("schema"));
        json.close().close().close();
        json.name("responses").open().name("2XX").open();
        json.member("description", "Received. Any other answer, or none in time, is tried again.");
        json.close().close().close().close();
    }

    /** Returns the event with its very type and data. */
    private static Entity event(String type, Entity data) {
        Entity event = Entity.named(Events.ENTITY.name());
        for (Entity.Shown member : Events.ENTITY.members()) {
            event = event.with(
                    member.name(),
                    switch (member.name()) {
                        case "type" -> Schema.oneOf(List.of(type));
                        case "data" -> Schema.of(data);
                        default -> member.schema();
                    });
        }
        return event;
    }
}
