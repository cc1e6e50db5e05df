package dev.plinth.engine;

import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares what the plans sell with what the tables hold. */
record OutgrownTables(Plans plans, Store store) {
    /** Returns a sentence on the plans that sell more, for the operator; empty if none does. */
    Optional<String> sentence() {
        List<String> outgrown = new ArrayList<>();
        for (String name : plans.names()) {
            List<String> needs = store.outgrownBy(plans.of(name));
            if (!needs.isEmpty()) {
                outgrown.add("plan " + name + " (" + String.join(", ", needs) + ")");
            }
        }
        return outgrown.isEmpty()
                ? Optional.empty()
                : Optional.of("The tables hold less than a workspace makes at the limit of "
                        + String.join(" and of ", outgrown)
                        + ", so beyond its share it gets 403 plan_limit_reached; start with a larger number of resources to"
                        + " sell that much.");
    }
}
