package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The host's settings of routes, each given by method and path, such as {@code POST /v1/resources}.
 *
 * @param costs rate-limit units of a route
 * @param operationCosts rate-limit units by the name of an operation of the host
 * @param demands the headers that callers of a route have to send
 */
public record RouteSettings(
        Map<String, Integer> costs, Map<String, Integer> operationCosts, Map<String, Set<Route.Demand>> demands) {
    /**
     * Returns the table with these settings.
     *
     * @throws IllegalArgumentException if there is no such route, or it cannot be what it is to be
     */
    List<Route> applyTo(List<Route> table) {
        Map<String, Route> byRoute = new HashMap<>();
        table.forEach(route -> byRoute.put(spelling(route), route));
        costs.keySet().forEach(spelling -> checkCost(find(byRoute, spelling)));
        demands.forEach((spelling, demanded) -> checkDemands(find(byRoute, spelling), demanded));
        return table.stream().map(this::applied).toList();
    }

    private Route applied(Route route) {
        String spelling = spelling(route);
        return route.with(
                costs.getOrDefault(spelling, route.cost()),
                OperationRoutes.runsOperations(route) ? operationCosts : Map.of(),
                demands.getOrDefault(spelling, Set.of()));
    }

    private static void checkCost(Route route) {
        if (route.cost() == 0) {
            throw new IllegalArgumentException(
                    "\"" + spelling(route) + "\" takes no rate-limit units. Leave its cost out.");
        }
    }

    private static void checkDemands(Route route, Set<Route.Demand> demanded) {
        if (demanded.contains(Route.Demand.IDEMPOTENCY_KEY) && !route.mutates()) {
            throw new IllegalArgumentException(
                    "\"" + spelling(route) + "\" only reads and needs no idempotency key. Leave the demand out.");
        }
        if (demanded.contains(Route.Demand.IF_MATCH) && !(route.looksAtIfMatch() && route.mutates())) {
            throw new IllegalArgumentException(
                    "\"" + spelling(route) + "\" changes no version. Leave the demand of If-Match out.");
        }
    }

    private static Route find(Map<String, Route> byRoute, String spelling) {
        Route route = byRoute.get(spelling);
        if (route == null) {
            throw new IllegalArgumentException(
                    "No such route: " + Quoted.of(spelling) + ". Write it as in \"POST /v1/resources/{id}/pause\".");
        }
        return route;
    }

    private static String spelling(Route route) {
        return route.method() + " " + route.path();
    }
}
