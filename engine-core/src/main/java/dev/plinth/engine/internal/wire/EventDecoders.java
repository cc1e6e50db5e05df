package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.command.PublishEvent;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import java.util.List;

/** Makes the commands on events. */
final class EventDecoders {
    Command publish(Request request) {
        Input input = Input.of(request);
        String type = input.body().matching("type", EventTypes.NAME, Limits.EVENT_TYPE_LENGTH_MAX);
        if (!input.body().has("type")) {
            input.body().missing("type", "the type of the event");
        }
        if (type != null && Events.isReserved(type)) {
            input.body()
                    .error(
                            "type",
                            "reserved",
                            "Expected a type of your own, but types that start like this one are the engine's.");
        }
        byte[] data = input.objectMember("data");
        if (!input.body().has("data")) {
            input.body().missing("data", "an object");
        }
        if (data.length > Limits.DATA_BYTES_MAX) {
            input.body()
                    .error(
                            "data",
                            "too_large",
                            "Expected at most " + Limits.DATA_BYTES_MAX + " bytes of compact JSON, but got "
                                    + data.length + ".");
        }
        Id resource = input.idMember("resourceId", IdKind.RESOURCE);
        return input.checked(PublishEvent.of(type == null ? "" : type, resource, data));
    }

    Command list(Request request) {
        Input input = Input.of(request);
        Id after = input.query().strictId("after", IdKind.EVENT);
        PageRequest page = input.page(after != null);
        return input.checked(Events.list(page, types(input), input.query().id("resourceId", IdKind.RESOURCE), after));
    }

    Command stream(Request request) {
        Input input = Input.of(request);
        String sent = request.headers().lastEventId();
        Id after = sent == null || sent.isEmpty() ? null : Id.parse(IdKind.EVENT, sent);
        if (after == null && sent != null && !sent.isEmpty()) {
            input.query().error(Events.LAST_EVENT_ID, "invalid_format", "Expected an id evt_…, but it is none.");
        }
        return input.checked(Events.stream(types(input), input.query().id("resourceId", IdKind.RESOURCE), after));
    }

    /** Names and prefixes, separated by commas. */
    private static EventTypes types(Input input) {
        String text = input.query().text("type");
        if (text == null) {
            return EventTypes.ALL;
        }
        List<String> types = List.of(text.split(",", -1));
        boolean valid = types.size() <= Limits.EVENT_TYPES_MAX && types.stream().allMatch(EventTypes::isNameOrPrefix);
        if (!valid) {
            input.query()
                    .error(
                            "type",
                            "invalid_format",
                            "type must be 1 to " + Limits.EVENT_TYPES_MAX
                                    + " event types such as resource.updated or resource.*, separated by commas, each of at most "
                                    + Limits.EVENT_TYPE_LENGTH_MAX + " characters.");
        }
        return new EventTypes(types);
    }

    Command get(Request request) {
        Input input = Input.of(request);
        return input.checked(Events.get(input.id(IdKind.EVENT, 0)));
    }
}
