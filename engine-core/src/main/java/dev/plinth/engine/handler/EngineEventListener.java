package dev.plinth.engine.handler;

import dev.plinth.engine.api.Event;

/**
 * Receives events in this JVM, in commit order, each at least once. A slow listener is late, and loses events only once
 * they are older than the retention of events. It runs on the engine's executor, one event at a time.
 */
@FunctionalInterface
public interface EngineEventListener {
    /**
     * Handles an event, which is durable. Any exception or error is logged, that of a refused call with its problem. The
     * same event comes again a second later. Later events wait behind it. {@code Engine.close()} waits for a listener that handles an
     * event, as long as {@code EngineBuilder.grace} says. A listener must not call it, because it would wait for itself.
     *
     * @param context the workspace of the event
     * @param event what happened
     * @throws Exception any failure; the same event comes again
     */
    void onEvent(EventContext context, Event event) throws Exception;
}
