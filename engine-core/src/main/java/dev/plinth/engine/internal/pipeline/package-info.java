/**
 * One request, in one direction: access, quota, read, idempotency, decide, commit, answer.
 *
 * <p>Hot. Each room is opened once, in the order of the contract; the first that refuses ends the way. It knows no entity and no
 * wire format.
 */
@NullMarked
package dev.plinth.engine.internal.pipeline;

import org.jspecify.annotations.NullMarked;
