package dev.plinth.engine;

import dev.plinth.engine.api.Event;

/**
 * Hears of events in this JVM, in commit order, each at least once: late if it is slow, lossy only if it
 * is so late that events are not kept any more (30 days). It runs on the engine's
 * executor, one event at a time.
 */
@FunctionalInterface
public interface EventListener {
    /**
     * Something happened and is durable. An exception or an {@code AssertionError} is logged, and the same event comes again a
     * second later, or with the next event. {@code Engine.close()} waits up to 10 s for a listener that has an event; called by a listener it
     * waits in vain.
     *
     * @param context the workspace whose event it is
     * @param event what happened
     */
    void onEvent(EventContext context, Event event);
}
