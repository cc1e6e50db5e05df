/**
 * Webhooks: endpoints, one delivery for each event and endpoint, and the attempts to bring it there.
 *
 * <p>A delivery is written in the record of its event. The network is touched by the sender only, on its own threads, and only at
 * addresses that the guard allows.
 */
@NullMarked
package dev.plinth.engine.internal.webhook;

import org.jspecify.annotations.NullMarked;
