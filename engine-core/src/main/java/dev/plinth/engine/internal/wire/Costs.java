package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.pipeline.Operation;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What calls cost in rate-limit units where the host says so.
 *
 * @param byRoute units by method and path of a route, such as {@code POST /v1/resources}
 * @param byOperation units by the name of an operation of the host
 */
public record Costs(Map<String, Integer> byRoute, Map<String, Integer> byOperation) {
    /** What the contract says. */
    public static final Costs USUAL = new Costs(Map.of(), Map.of());

    private static final String RUN_OPERATION = "runOperation";

    /**
     * The table with these costs.
     *
     * @throws IllegalArgumentException if there is no such route
     */
    List<Operation> applyTo(List<Operation> table) {
        Set<String> unknown = new HashSet<>(byRoute.keySet());
        List<Operation> costing = table.stream()
                .map(operation -> {
                    String route = operation.method() + " " + operation.path();
                    unknown.remove(route);
                    int units = byRoute.getOrDefault(route, operation.cost());
                    return operation.costing(units, operation.name().equals(RUN_OPERATION) ? byOperation : Map.of());
                })
                .toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "Expected a route such as \"POST /v1/resources/{id}/pause\", but there is none \""
                            + unknown.iterator().next() + "\"");
        }
        return costing;
    }
}
