package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.EVENTS_READ;
import static dev.plinth.engine.api.Scope.EVENTS_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.command.PublishEvent;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.event.OwnEventTypes;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The routes of events. */
final class EventRoutes {
    /** The name of the route that streams. */
    static final String STREAM = "streamEvents";

    private static final String ALL = "/v1/events";

    private static final Member<String> TYPE = Member.required(
            "type",
            Kind.matching(EventTypes.NAME, "payment.processed", Limits.EVENT_TYPE_LENGTH_MAX)
                    .except(
                            OwnEventTypes::isReserved,
                            reserved(),
                            "reserved",
                            "Types that begin like this one are the engine's. Choose another type."),
            "the type of the event");
    private static final Member<byte[]> DATA = Member.required("data", ContentRules.DATA);
    private static final Member<Id> RESOURCE = Member.optional("resourceId", Kind.id(IdKind.RESOURCE));

    private static final Pattern LISTED_TYPES =
            Pattern.compile(EventTypes.NAME_OR_PREFIX + "(," + EventTypes.NAME_OR_PREFIX + ")*");
    private static final Parameter<EventTypes> OF_TYPES = new Parameter<>(
            "type",
            Schema.matching(LISTED_TYPES, "resource.*"),
            "Shows events of these types: names and prefixes, separated by commas.",
            EventRoutes::types);
    private static final Parameter<Id> OF_RESOURCE =
            Parameter.id("resourceId", IdKind.RESOURCE, "Shows events about this resource.");
    private static final Parameter<Id> AFTER =
            Parameter.id("after", IdKind.EVENT, "Shows what came after this event, the oldest first.");

    private EventRoutes() {}

    static List<Route> all() {
        return List.of(
                row(Tag.EVENTS, "publishEvent", "POST", ALL, "Publish an event")
                        .scope(EVENTS_WRITE)
                        .takes(Body.of("NewEvent", TYPE, DATA, RESOURCE)
                                .such("{\"type\":\"payment.processed\",\"data\":{\"amount\":12}}"))
                        .refuses(RESOURCE_ARCHIVED)
                        .creates(Events.ENTITY)
                        .inBatch()
                        .decodedBy(EventRoutes::publish),
                row(Tag.EVENTS, "listEvents", "GET", ALL, "List events")
                        .says("The newest come first; with after, the oldest.")
                        .scope(EVENTS_READ)
                        .page(OF_TYPES, OF_RESOURCE, AFTER)
                        .gives(Events.ENTITY)
                        .decodedBy(EventRoutes::list),
                row(Tag.EVENTS, STREAM, "GET", ALL + "/stream", "Follow events as they happen")
                        .says("Server-sent events. Last-Event-ID goes on behind an event.")
                        .scope(EVENTS_READ)
                        .parameters(OF_TYPES, OF_RESOURCE)
                        .gives(Schema.TEXT, Route.Success.EVENT_STREAM)
                        .decodedBy(EventRoutes::stream),
                row(Tag.EVENTS, "getEvent", "GET", ALL + "/{eventId}", "Get an event")
                        .scope(EVENTS_READ)
                        .gives(Events.ENTITY)
                        .decodedBy(input -> Events.get(input.id(IdKind.EVENT, 0))));
    }

    private static Schema reserved() {
        Pattern starts = Pattern.compile(OwnEventTypes.RESERVED.stream()
                .map(start -> start.replace(".", "\\."))
                .collect(Collectors.joining("|", "(?:", ").*")));
        return new Schema(List.of(), json -> json.member("pattern", Schema.wholly(starts)), List.of());
    }

    private static Command publish(Input input) {
        Values body = input.body();
        return PublishEvent.of(body.get(TYPE), body.find(RESOURCE), body.get(DATA));
    }

    private static Command list(Input input) {
        Id after = input.query().find(AFTER);
        PageRequest page = input.page(after != null);
        return Events.list(page, types(input), input.query().find(OF_RESOURCE), after);
    }

    private static Command stream(Input input) {
        String sent = input.headers().lastEventId();
        Id after = sent == null || sent.isEmpty() ? null : Id.parse(IdKind.EVENT, sent);
        if (after == null && sent != null && !sent.isEmpty()) {
            input.query()
                    .error(
                            Events.LAST_EVENT_ID,
                            "invalid_format",
                            Events.LAST_EVENT_ID + " must be an id evt_…, got " + Quoted.of(sent) + ".");
        }
        return Events.stream(types(input), input.query().find(OF_RESOURCE), after);
    }

    private static EventTypes types(Input input) {
        EventTypes types = input.query().find(OF_TYPES);
        return types == null ? EventTypes.ALL : types;
    }

    private static @Nullable EventTypes types(String text, Parameter.Errors errors) {
        List<String> types = List.of(text.split(",", -1));
        boolean valid = types.size() <= Limits.EVENT_TYPES_MAX && types.stream().allMatch(EventTypes::isNameOrPrefix);
        if (!valid) {
            errors.add(
                    "invalid_format",
                    "type must be 1 to " + Limits.EVENT_TYPES_MAX
                            + " names or prefixes such as resource.*, with commas between, each of at most "
                            + Limits.EVENT_TYPE_LENGTH_MAX + " characters, got " + Quoted.of(text) + ".");
            return null;
        }
        return new EventTypes(types);
    }
}
