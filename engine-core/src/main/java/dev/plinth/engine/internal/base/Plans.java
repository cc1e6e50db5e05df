package dev.plinth.engine.internal.base;

import dev.plinth.engine.settings.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The plans that this engine knows: the three of the product and the host's own. Thread-safe. Those of the host are
 * replaced all at once.
 */
public final class Plans {
    private volatile Registered registered;

    /** Makes the plans out of the three of the product and these. */
    public Plans(List<Plan> custom) {
        registered = Registered.of(0, custom);
    }

    /**
     * The plans at a time. Immutable.
     *
     * @param replacements how often the plans had been replaced
     */
    public record Registered(long replacements, Map<String, Plan> byName) {
        private static Registered of(long replacements, List<Plan> custom) {
            Map<String, Plan> byName = new LinkedHashMap<>();
            for (Plan plan : List.of(Plan.STARTER, Plan.PRO, Plan.BUSINESS)) {
                byName.put(plan.name(), plan);
            }
            for (Plan plan : custom) {
                byName.put(plan.name(), plan);
            }
            return new Registered(replacements, byName);
        }

        /** Returns the plan that the row of a workspace names. A plan that is no longer registered counts as Starter. */
        public Plan of(String name) {
            return byName.getOrDefault(name, Plan.STARTER);
        }

        /**
         * Returns a number that tells how new the plan of a workspace is. It grows with the row and with the
         * replacements, so the newest row under the newest plans has the highest.
         *
         * @param sequence the sequence of the row that names the plan
         */
        public long since(long sequence) {
            return sequence + replacements;
        }
    }

    public Registered now() {
        return registered;
    }

    /** Returns the plan that the row of a workspace names. A plan that is no longer registered counts as Starter. */
    public Plan of(String name) {
        return registered.of(name);
    }

    public List<String> names() {
        return new ArrayList<>(registered.byName().keySet());
    }

    /** Returns true if there is a plan of a name. */
    public boolean has(String name) {
        return registered.byName().containsKey(name);
    }

    /** Replaces the host's own plans. Call it inside the writer lock, where no decision reads them. */
    public void replace(List<Plan> custom) {
        registered = Registered.of(registered.replacements() + 1, custom);
    }
}
