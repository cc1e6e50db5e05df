/**
 * Refusals and failures, with the texts that callers see.
 */
@NullMarked
package dev.plinth.engine.internal.base.problem;

import org.jspecify.annotations.NullMarked;
