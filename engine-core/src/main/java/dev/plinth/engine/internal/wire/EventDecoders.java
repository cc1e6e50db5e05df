package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;

/** Makes the commands on events. */
final class EventDecoders {
    Command publish(Request request) {
        Input input = Input.of(request);
        String type = input.body().matching("type", Events.TYPE);
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
        return input.checked(Events.publish(type == null ? "" : type, data));
    }

    Command list(Request request) {
        Input input = Input.of(request);
        Id after = input.query().strictId("after", IdKind.EVENT);
        PageRequest page = input.page(after != null);
        return input.checked(
                Events.list(page, input.query().text("type"), input.query().id("resourceId", IdKind.RESOURCE), after));
    }

    Command stream(Request request) {
        Input input = Input.of(request);
        String sent = request.headers().lastEventId();
        Id after = sent == null || sent.isEmpty() ? null : Id.parse(IdKind.EVENT, sent);
        if (after == null && sent != null && !sent.isEmpty()) {
            input.query().error(Events.LAST_EVENT_ID, "invalid_format", "Expected an id evt_…, but it is none.");
        }
        return input.checked(
                Events.stream(input.query().text("type"), input.query().id("resourceId", IdKind.RESOURCE), after));
    }

    Command get(Request request) {
        Input input = Input.of(request);
        return input.checked(Events.get(input.id(IdKind.EVENT, 0)));
    }
}
