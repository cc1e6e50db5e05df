/**
 * Events: what happened, in the order of commits, for lists, listeners and webhooks.
 *
 * <p>The room writes events as part of the decision that caused them, and shows them. It does not deliver webhooks and
 * knows no entity.
 */
@NullMarked
package dev.plinth.engine.internal.event;

import org.jspecify.annotations.NullMarked;
