package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.requestlog.RequestLog;

/** Makes the questions to the request log. */
final class RequestDecoders {
    private final RequestLog log;

    RequestDecoders(RequestLog log) {
        this.log = log;
    }

    Command list(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(log.list(page));
    }

    Command get(Request request) {
        Input input = Input.of(request);
        return input.checked(log.get(input.id(IdKind.REQUEST, 0)));
    }
}
