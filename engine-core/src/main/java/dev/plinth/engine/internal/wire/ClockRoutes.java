package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.util.List;

/** The routes of an engine with a test clock. */
final class ClockRoutes {
    private static final long ADVANCE_SECONDS_MAX = 366L * 86_400;
    private static final Member<Long> SECONDS = Member.required(
            "seconds",
            Kind.whole(0, ADVANCE_SECONDS_MAX),
            "a whole number of seconds from 0 to " + ADVANCE_SECONDS_MAX);
    private static final Entity CLOCK = Entity.named("Clock").with("now", Schema.TIME);

    private final ManualClock clock;
    private final Runnable reset;

    ClockRoutes(ManualClock clock, Runnable reset) {
        this.clock = clock;
        this.reset = reset;
    }

    List<Route> all() {
        return List.of(
                row(Tag.CLOCK, "getClock", "GET", "/admin/v1/clock", "Get the time")
                        .operator()
                        .gives(CLOCK)
                        .answeredBy(context -> now()),
                row(Tag.CLOCK, "advanceClock", "POST", "/admin/v1/clock/advance", "Advance the clock")
                        .says("What is due by then is done before the call returns.")
                        .operator()
                        .takes(Body.of("TimeSpan", SECONDS).such("{\"seconds\":60}"))
                        .slow()
                        .gives(CLOCK)
                        .decodedBy(this::advance),
                row(Tag.CLOCK, "reset", "POST", "/admin/v1/reset", "Empty the engine")
                        .operator()
                        .slow()
                        .gives(CLOCK)
                        .decodedBy(input -> (Command.HostCall) (context, origin) -> {
                            reset.run();
                            return later -> Decision.nothing(now());
                        }));
    }

    private Command advance(Input input) {
        long seconds = input.body().get(SECONDS);
        return (Command.HostCall) (context, origin) -> {
            clock.advance(Duration.ofSeconds(seconds));
            return later -> Decision.nothing(now());
        };
    }

    private Outcome.Done now() {
        return Outcome.Done.ok(JsonBytes.object()
                .member("now", Times.text(clock.epochMillis()))
                .end());
    }
}
