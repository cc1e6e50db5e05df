/**
 * Idempotency keys: who comes first executes, who comes again is shown what came of it.
 *
 * <p>What was done is a row, written in the same record as the effect; what is being done is in memory only, so a crash frees
 * it. It never runs anything and never renders anything.
 */
@NullMarked
package dev.plinth.engine.internal.idempotency;

import org.jspecify.annotations.NullMarked;
