package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;
import java.util.function.Supplier;

/** The route of an engine whose host reads its configuration again on request. */
final class ConfigRoutes {
    private static final Entity RELOAD = Entity.named("ConfigReload")
            .with("taken", Schema.list(Schema.TEXT))
            .with("needRestart", Schema.list(Schema.TEXT));

    private final Supplier<Json> reload;

    ConfigRoutes(Supplier<Json> reload) {
        this.reload = reload;
    }

    List<Route> all() {
        return List.of(row(Tag.OPERATOR, "reloadConfig", "POST", "/admin/v1/config/reload", "Reload the configuration")
                .says("All of it is taken, or none if it has a fault.")
                .operator()
                .slow()
                .gives(RELOAD)
                .decodedBy(input -> (Command.HostCall) (context, origin) -> {
                    byte[] answer = answer();
                    return later -> Decision.nothing(Outcome.Done.ok(answer));
                }));
    }

    private byte[] answer() {
        try {
            return reload.get().utf8();
        } catch (IllegalArgumentException wrong) {
            List<ProblemError> errors = String.valueOf(wrong.getMessage())
                    .lines()
                    .limit(Limits.ERRORS_MAX)
                    .map(line -> ProblemError.of(ProblemError.Source.POINTER, "", "invalid_config", line))
                    .toList();
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED,
                    "The configuration has faults, and nothing of it was taken. Correct them and reload again.",
                    errors));
        }
    }
}
