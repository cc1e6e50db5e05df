/**
 * Resources, their children and their shares: their content, visibility and status.
 *
 * <p>Pure rules over rows. The room emits events by name and knows nothing of their receivers.
 */
@NullMarked
package dev.plinth.engine.internal.resource;

import org.jspecify.annotations.NullMarked;
