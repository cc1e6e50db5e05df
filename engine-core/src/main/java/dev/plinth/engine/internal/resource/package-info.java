/**
 * Resources, their children and their shares: what they are, who sees them and what may be done with them in which status.
 *
 * <p>Pure rules over rows. It emits events by name and knows nothing of who hears them.
 */
@NullMarked
package dev.plinth.engine.internal.resource;

import org.jspecify.annotations.NullMarked;
