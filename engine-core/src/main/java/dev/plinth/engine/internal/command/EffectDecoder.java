package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes changes of effects by the rules of the routes that make the same changes. */
@FunctionalInterface
public interface EffectDecoder {
    /**
     * Returns the change that a call of a route would make.
     *
     * @param route the name of the route
     * @param pathValues the ids in its path
     * @param body its body, or null if it has none
     * @throws RefusedException with everything that is wrong with it
     */
    Command.Change decode(String route, List<String> pathValues, byte @Nullable [] body);
}
