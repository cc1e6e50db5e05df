/**
 * The way of a request, in one direction: access, quota, read, idempotency, decide, commit, answer.
 *
 * <p>Hot. Each room is called once, in the order of the contract; the first refusal ends the way. The room knows no
 * entity and no wire format.
 */
@NullMarked
package dev.plinth.engine.internal.pipeline;

import org.jspecify.annotations.NullMarked;
