package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A caller that admission has checked. Its key is checked again before a change, and before rows are shown later.
 *
 * @param scope the scope that the caller's key must have; null if none
 * @param further the scopes that it must have besides, for the operations of a batch
 * @param at the last record that admission knew of
 */
record AdmittedCaller(Caller caller, @Nullable Scope scope, List<Scope> further, long at) {
    /** Returns the engine or the operator as a caller without a key. */
    static AdmittedCaller trusted(Caller caller) {
        return new AdmittedCaller(caller, null, List.of(), 0);
    }
}
