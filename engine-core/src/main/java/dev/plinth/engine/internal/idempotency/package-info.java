/**
 * Idempotency keys: the first call executes, and later calls are shown its answer.
 *
 * <p>A finished call is a row in the same record as its effect. A running call is in memory only, so a crash frees its
 * key. The room runs nothing and renders nothing.
 */
@NullMarked
package dev.plinth.engine.internal.idempotency;

import org.jspecify.annotations.NullMarked;
