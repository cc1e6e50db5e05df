package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.resource.ContentTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds plans and types that rows have and settings lack, each as a sentence for the operator. */
public final class SettingsInUse {
    private SettingsInUse() {}

    /**
     * Refuses if there are such sentences.
     *
     * @throws IllegalArgumentException with a sentence in each line
     */
    public static void refuse(List<String> sentences) {
        if (!sentences.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", sentences));
        }
    }

    /** Returns a sentence for each plan that workspaces have and the settings lack. Reads every workspace. */
    public static List<String> missingPlans(Rows rows, Plans plans) {
        Map<String, Long> used = Access.workspacesByPlan(rows);
        used.keySet().removeAll(plans.names());
        return used.entrySet().stream()
                .map(each -> missingPlan(each.getKey(), each.getValue()))
                .toList();
    }

    private static String missingPlan(String plan, long count) {
        return "The plan " + plan + " is not registered, but "
                + counted(count, "workspace has it", "workspaces have it")
                + ". Register it, or give them another plan first.";
    }

    /** Returns a sentence if resources have a type that the settings lack. Reads two sets or more of each workspace. */
    public static List<String> missingTypes(Rows rows, ContentTypes types) {
        long count = 0;
        List<Id> having = new ArrayList<>();
        for (Id workspace : Access.workspaces(rows)) {
            long own = types.unregistered(rows, workspace);
            count += own;
            if (own > 0) {
                having.add(workspace);
            }
        }
        return having.isEmpty()
                ? List.of()
                : List.of("The type " + types.anyUnregistered(rows, having.get(0)) + " is not registered, but "
                        + counted(count, "resource has", "resources have")
                        + " it or another unregistered type. Register all types that are in use, or delete their"
                        + " resources first.");
    }

    private static String counted(long count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }
}
