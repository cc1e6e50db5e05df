package dev.plinth.engine.api;

/**
 * Hears of events in this JVM, in commit order, each at least once: late if it is slow, lossy only if it
 * is so late that events are not kept any more (30 days). It runs on the engine's
 * executor, one event at a time.
 */
@FunctionalInterface
public interface EventListener {
    /**
     * Something happened and is durable. An exception is logged, and the same event comes again a second later.
     *
     * @param workspaceId whose event it is, {@code ws_…}
     * @param event what happened
     */
    void onEvent(String workspaceId, Event event);
}
