package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plans that this engine knows: the three of the product and the host's own. Immutable. */
public final class Plans {
    private final Map<String, Plan> byName = new LinkedHashMap<>();

    /** Makes the plans out of the three of the product and these. */
    public Plans(List<Plan> custom) {
        for (Plan plan : List.of(Plan.STARTER, Plan.PRO, Plan.BUSINESS)) {
            byName.put(plan.name(), plan);
        }
        for (Plan plan : custom) {
            byName.put(plan.name(), plan);
        }
    }

    /** Returns the plan that the row of a workspace names. A plan that is no longer registered counts as Starter. */
    public Plan of(String name) {
        return byName.getOrDefault(name, Plan.STARTER);
    }

    /** Returns all names. */
    public List<String> names() {
        return new ArrayList<>(byName.keySet());
    }
}
