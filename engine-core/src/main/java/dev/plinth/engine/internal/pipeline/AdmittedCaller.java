package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A caller whose credential was looked at, which is looked at again before anything is changed or shown later.
 *
 * @param scope the scope that the caller's key must have; null if none
 * @param at the last record of which admission knew
 */
record AdmittedCaller(Caller caller, @Nullable Scope scope, long at) {
    /** Returns the engine or the operator as a caller: no key is looked at again. */
    static AdmittedCaller trusted(Caller caller) {
        return new AdmittedCaller(caller, null, 0);
    }
}
