package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** A request whose headers have arrived: admitted as far as step 5, or refused. One thread at a time, and answered once. */
public final class PendingRequest {
    private final RequestContext call;
    private final @Nullable PipelineResult refused;

    PendingRequest(RequestContext call, @Nullable PipelineResult refused) {
        this.call = call;
        this.refused = refused;
    }

    /** Returns true if the request is refused, whatever its body is. */
    public boolean isRefused() {
        return refused != null;
    }

    /** Returns the workspace of the caller. Null for the operator, for a route without a credential, and before admission. */
    public @Nullable Id workspace() {
        return call.caller.isOperator() ? null : call.caller.workspace();
    }

    /** Returns true for a call that the operator's credential has let in. */
    public boolean isOfOperator() {
        return refused == null && call.request.route().credential() == Route.Credential.OPERATOR_TOKEN;
    }

    /** Returns true if the body has an influence on the answer. */
    public boolean takesBody() {
        return call.request.route().body().isTaken();
    }

    /** Returns true if the answer is a stream. */
    public boolean isStream() {
        return call.request.route().isStream() && call.request.method().equals("GET");
    }

    public Request request() {
        return call.request;
    }

    /** Returns the bytes that the body may have. */
    public int bodyBytesMax() {
        return call.request.route().body().bytesMax();
    }

    /** Notes what gives memory for the JSON values of the body. */
    public void reservesMemoryBy(LongPredicate memory) {
        call.request.reservesMemoryBy(memory);
    }

    /** Takes the body. */
    public void received(byte[] body, boolean tooLarge) {
        if (takesBody()) {
            call.request.received(body, tooLarge);
        }
    }

    /** Notes that the adapter has no memory for the body or the answer: 503 with this sentence at step 6. */
    public void lacksRoom(String sentence) {
        call.request.lacksRoom(sentence);
    }

    /** Notes that the adapter has no place for the stream: 429 with this sentence at step 5. */
    public void lacksPlace(String sentence) {
        call.request.lacksPlace(sentence);
    }

    RequestContext call() {
        return call;
    }

    @Nullable
    PipelineResult refused() {
        return refused;
    }
}
