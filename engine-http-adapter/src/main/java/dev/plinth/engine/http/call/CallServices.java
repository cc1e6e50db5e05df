package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Audience;
import java.util.Set;
import java.util.concurrent.Executor;

/** Makes the call service of each port of a server. */
@FunctionalInterface
public interface CallServices {
    /** Returns a service for some audiences, whose replies complete on the executor. */
    CallService open(Executor executor, Set<Audience> audiences);
}
