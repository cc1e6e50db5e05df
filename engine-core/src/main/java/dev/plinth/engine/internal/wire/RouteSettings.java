package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.pipeline.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the host says of routes, each given by method and path, such as {@code POST /v1/resources}.
 *
 * @param costs rate-limit units of a route
 * @param operationCosts rate-limit units by the name of an operation of the host
 * @param demands the headers that callers of a route have to send
 */
public record RouteSettings(
        Map<String, Integer> costs, Map<String, Integer> operationCosts, Map<String, Set<Operation.Demand>> demands) {
    private static final String RUN_OPERATION = "runOperation";

    /**
     * The table with these settings.
     *
     * @throws IllegalArgumentException if there is no such route, or it cannot be what it is to be
     */
    List<Operation> applyTo(List<Operation> table) {
        Map<String, Operation> byRoute = new HashMap<>();
        table.forEach(operation -> byRoute.put(route(operation), operation));
        costs.keySet().forEach(route -> checkCost(find(byRoute, route)));
        demands.forEach((route, demanded) -> checkDemands(find(byRoute, route), demanded));
        return table.stream().map(this::applied).toList();
    }

    private Operation applied(Operation operation) {
        String route = route(operation);
        return operation.with(
                costs.getOrDefault(route, operation.cost()),
                operation.name().equals(RUN_OPERATION) ? operationCosts : Map.of(),
                demands.getOrDefault(route, Set.of()));
    }

    private static void checkCost(Operation operation) {
        if (operation.cost() == 0) {
            throw new IllegalArgumentException("Expected a route that takes rate-limit units, but \"" + route(operation)
                    + "\" only looks at them and never takes any; leave its cost out");
        }
    }

    private static void checkDemands(Operation operation, Set<Operation.Demand> demanded) {
        if (demanded.contains(Operation.Demand.IDEMPOTENCY_KEY) && !operation.mutates()) {
            throw new IllegalArgumentException("Expected a route that changes something, but \"" + route(operation)
                    + "\" only reads; it needs no idempotency key");
        }
        if (demanded.contains(Operation.Demand.IF_MATCH)
                && !operation.codes().contains(ProblemCode.PRECONDITION_FAILED)) {
            throw new IllegalArgumentException("Expected a route that changes one resource or child, but \""
                    + route(operation) + "\" looks at no If-Match");
        }
    }

    private static Operation find(Map<String, Operation> byRoute, String route) {
        Operation operation = byRoute.get(route);
        if (operation == null) {
            throw new IllegalArgumentException(
                    "Expected a route such as \"POST /v1/resources/{id}/pause\", but there is none \"" + route + "\"");
        }
        return operation;
    }

    private static String route(Operation operation) {
        return operation.method() + " " + operation.path();
    }
}
