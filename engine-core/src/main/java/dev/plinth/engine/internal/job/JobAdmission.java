package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.Rows;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many jobs run at once in this process, and whose.
 *
 * @param places the jobs that may run at first
 * @param mayRun tells whether the jobs of a workspace may start, and the items of one that has started
 * @param planned returns the caller of a workspace with its present plan, or null if there is no such workspace
 */
public record JobAdmission(int places, BiPredicate<Rows, Id> mayRun, BiFunction<Rows, Id, @Nullable Caller> planned) {
    /** Returns how many jobs of a workspace may run at once under its plan. */
    int perWorkspace(Rows rows, Id workspace) {
        Caller caller = planned.apply(rows, workspace);
        return caller == null ? 0 : caller.plan().jobsRunningMax();
    }
}
