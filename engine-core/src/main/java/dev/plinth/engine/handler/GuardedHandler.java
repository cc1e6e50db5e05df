package dev.plinth.engine.handler;

import dev.plinth.engine.api.Reply;

/** The host's code that answers a call which a {@code Guard} has let in. */
@FunctionalInterface
public interface GuardedHandler {
    /**
     * Answers a call. It runs on the thread of {@code Guard.handle}. A call that has waited for another one under its
     * idempotency key, by {@code Prefer: wait}, runs on a worker of the engine.
     *
     * @return the reply, whose rules {@code Guard} tells
     * @throws Exception any failure: the call is answered with 500, and nothing was changed
     */
    Reply handle(GuardedRequest request) throws Exception;
}
