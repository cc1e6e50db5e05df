package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** A request whose headers have arrived: let in as far as step 5, or turned away. One thread at a time, and answered once. */
public final class Arrival {
    private final Passage passage;
    private final @Nullable Step turned;

    Arrival(Passage passage, @Nullable Step turned) {
        this.passage = passage;
        this.turned = turned;
    }

    /** Returns true if the request is turned away, whatever its body is. */
    public boolean isTurnedAway() {
        return turned != null;
    }

    /** Returns the workspace of the caller; null of a call that is no workspace's, and of one that nothing was let in by. */
    public @Nullable Id workspace() {
        return passage.caller.isOperator() ? null : passage.caller.workspace();
    }

    /** Returns true for a call that the operator's credential has let in. */
    public boolean isOfOperator() {
        return turned == null && passage.request.route().guard() == Route.Guard.OPERATOR;
    }

    /** Returns true if the body has an influence on the answer. */
    public boolean takesBody() {
        return passage.request.route().body() != Route.Body.NONE;
    }

    /** Returns the request. */
    public Request request() {
        return passage.request;
    }

    /** Returns the bytes that the body may have. */
    public int bodyBytesMax() {
        return passage.request.route().bodyBytesMax();
    }

    /** Notes what gives memory for the JSON values of the body. */
    public void paysBy(LongPredicate memory) {
        passage.request.paysBy(memory);
    }

    /** Takes the body. */
    public void received(byte[] body, boolean tooLarge) {
        if (takesBody()) {
            passage.request.received(body, tooLarge);
        }
    }

    /** Notes that the adapter has no memory for the body or the answer: 503 with this sentence at step 6. */
    public void lacksRoom(String sentence) {
        passage.request.lacksRoom(sentence);
    }

    Passage passage() {
        return passage;
    }

    @Nullable
    Step turned() {
        return turned;
    }
}
