package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.wire.EarlyReplies;
import dev.plinth.engine.internal.wire.route.ReplyRenderer;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts that an engine keeps over all its reigns, beside its rows.
 *
 * @param plans the plans, which the host may replace while the engine runs
 * @param operatorToken the token of the host's own admin client
 * @param nodeId the id of the node that each reply names; empty for an engine without a shared log
 * @param leaderUrl the address of the node that leads, as far as it is known
 * @param hostCode the threads on which code of the host runs
 */
public record EngineParts(
        EngineConfig config,
        ProblemJson problems,
        Plans plans,
        String operatorToken,
        Optional<String> nodeId,
        Supplier<Optional<URI>> leaderUrl,
        HostCode hostCode) {
    /** Makes replies to calls that no reign answers, with the texts of the host. */
    EarlyReplies earlyReplies() {
        return new EarlyReplies(
                problems,
                new ReplyRenderer.Settings(config.identity().realm(), nodeId, leaderUrl),
                config.ids(),
                config.clock()::epochMillis);
    }
}
