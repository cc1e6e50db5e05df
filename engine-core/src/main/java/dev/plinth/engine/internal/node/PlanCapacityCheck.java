package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the limits of the plans with the room in the tables. */
record PlanCapacityCheck(Plans plans, Store store, long maxResources) {
    /** Returns a sentence for the operator on the plans that sell more than the tables hold; empty if there is none. */
    Optional<String> sentence() {
        List<String> outgrown = new ArrayList<>();
        long times = 1;
        for (String name : plans.names()) {
            StoreFigures.Outgrown most = store.outgrownBy(plans.of(name));
            if (most != null) {
                outgrown.add(
                        "plan " + name + " (" + most.needed() + " " + most.table() + ", room for " + most.rows() + ")");
                times = Math.max(times, most.times());
            }
        }
        return outgrown.isEmpty()
                ? Optional.empty()
                : Optional.of("The tables are too small for a workspace at the limit of "
                        + String.join(" or ", outgrown) + ", so its calls would get 403. Start with tables for "
                        + times * maxResources + " resources (--max-resources), or lower those limits.");
    }
}
