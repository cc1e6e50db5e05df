package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.shape.Body;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes routes of a command, without a body or parameters. */
final class TestRoute {
    private TestRoute() {}

    /** Returns a route of the workspace's keys that costs so many units. */
    static Route of(String method, int units, Command command) {
        return new Route(
                "call",
                method,
                "/call",
                new Route.Text("Calls", "Call", ""),
                Route.Credential.WORKSPACE_KEY,
                null,
                units,
                Map.of(),
                false,
                Set.of(),
                Body.NONE,
                false,
                List.of(),
                List.of(),
                List.of(),
                false,
                false,
                false,
                request -> command);
    }
}
