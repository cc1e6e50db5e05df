package dev.plinth.engine.http.program;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.http.config.Format;
import dev.plinth.engine.http.config.Formats;
import dev.plinth.engine.http.config.Formats.Member;
import java.util.List;
import java.util.Map;

/** The formats of operations and routes in the configuration file, and their way into the builder. */
final class HostedFormats {
    private static final String COST = "cost";
    private static final String REQUIRE_IDEMPOTENCY_KEY = "require-idempotency-key";
    private static final String REQUIRE_IF_MATCH = "require-if-match";
    private static final Member COST_MEMBER = new Member(
            COST, Formats.whole(0, EngineBuilder.CALL_UNITS_MAX), false, "Rate-limit units of a call; default 1.");

    private HostedFormats() {}

    static Format<Map<String, Object>> operation() {
        return Formats.members(List.of(COST_MEMBER));
    }

    static Format<Map<String, Object>> route() {
        return Formats.members(List.of(
                COST_MEMBER,
                new Member(
                        REQUIRE_IDEMPOTENCY_KEY,
                        Formats.truth(),
                        false,
                        "Refuse a call without Idempotency-Key; default false."),
                new Member(
                        REQUIRE_IF_MATCH, Formats.truth(), false, "Refuse a call without If-Match; default false.")));
    }

    static void addOperation(EngineBuilder builder, String name, Map<String, Object> members) {
        builder.asyncOperation(name);
        if (members.get(COST) instanceof Long cost) {
            builder.operationCost(name, cost.intValue());
        }
    }

    static void addRoute(EngineBuilder builder, String route, Map<String, Object> members) {
        if (members.get(COST) instanceof Long cost) {
            builder.routeCost(route, cost.intValue());
        }
        if (Boolean.TRUE.equals(members.get(REQUIRE_IDEMPOTENCY_KEY))) {
            builder.requireIdempotencyKey(route);
        }
        if (Boolean.TRUE.equals(members.get(REQUIRE_IF_MATCH))) {
            builder.requireIfMatch(route);
        }
    }
}
