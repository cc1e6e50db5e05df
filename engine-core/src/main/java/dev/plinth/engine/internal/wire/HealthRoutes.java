package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.metrics.HealthFigure;
import dev.plinth.engine.internal.metrics.HealthHistory;
import dev.plinth.engine.internal.metrics.HealthPoint;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;

/** The operator's route of the health figures of the last hour. */
final class HealthRoutes {
    private static final Parameter<Long> CREATED_AFTER =
            Parameter.time("createdAfter", false, "Shows points after this time, to get only what is new.");
    private static final Entity HISTORY = Entity.named("HealthHistory")
            .with("intervalSeconds", Schema.WHOLE)
            .with("data", Schema.list(Schema.of(point())));

    private final HealthHistory history;

    HealthRoutes(HealthHistory history) {
        this.history = history;
    }

    private static Entity point() {
        Entity point = Entity.named("HealthPoint").with("at", Schema.TIME);
        for (HealthFigure figure : HealthFigure.values()) {
            point = figure.isLatency()
                    ? point.maybe(figure.wireName(), Schema.WHOLE)
                    : point.with(figure.wireName(), Schema.WHOLE);
        }
        return point;
    }

    List<Route> all() {
        return List.of(row(
                        Tag.OPERATOR,
                        "getHealthHistory",
                        "GET",
                        "/admin/v1/health/history",
                        "Get the health figures of the last hour")
                .says("The oldest point first. Counts are those since the point before.")
                .operator()
                .parameters(CREATED_AFTER)
                .gives(HISTORY)
                .decodedBy(this::history));
    }

    private Command history(Input input) {
        Long createdAfter = input.query().find(CREATED_AFTER);
        return (Command.Query) context -> {
            JsonBytes json = JsonBytes.object()
                    .member("intervalSeconds", HealthHistory.INTERVAL_SECONDS)
                    .name("data")
                    .openArray();
            for (HealthPoint point : history.after(createdAfter == null ? 0 : createdAfter)) {
                json.open().member("at", Times.text(point.atMillis()));
                point.figures().forEach((figure, value) -> json.member(figure.wireName(), value));
                json.close();
            }
            return Outcome.Done.ok(json.closeArray().end());
        };
    }
}
