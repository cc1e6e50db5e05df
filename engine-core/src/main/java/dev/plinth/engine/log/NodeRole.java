package dev.plinth.engine.log;

import dev.plinth.engine.api.Experimental;

/** The task of a node of a shared log. An engine without a shared log leads until it is closed. */
@Experimental
public enum NodeRole {
    /** It answers calls, runs jobs and sends webhooks. */
    LEADER,

    /** It applies what the leader writes, refuses calls with {@code not_leader}, and may lead at any time. */
    FOLLOWER,

    /**
     * It neither follows nor leads any more. Either it was closed, or its rows may differ from those of the others. Then
     * {@code Engine.fatalFailure} says why; restart it.
     */
    STOPPED
}
