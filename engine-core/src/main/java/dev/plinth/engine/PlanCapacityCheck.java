package dev.plinth.engine;

import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares what the plans sell with what the tables hold.
 *
 * @param maxResources how many resources the tables are laid out for
 */
record PlanCapacityCheck(Plans plans, Store store, long maxResources) {
    /** Returns a sentence on the plans that sell more, for the operator; empty if none does. */
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
                : Optional.of("The tables hold less than a workspace makes at the limit of "
                        + String.join(" and ", outgrown) + "; it gets 403 then, and tables for " + times * maxResources
                        + " resources (--max-resources) would do.");
    }
}
