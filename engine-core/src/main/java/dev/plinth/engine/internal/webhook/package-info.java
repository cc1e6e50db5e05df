/**
 * Webhooks: endpoints, one delivery for each event and endpoint, and the attempts to send it.
 *
 * <p>A delivery is written in the record of its event. The room {@code send} alone touches the network, on its own
 * threads, and only at addresses that the filter allows.
 */
@NullMarked
package dev.plinth.engine.internal.webhook;

import org.jspecify.annotations.NullMarked;
