/**
 * A call as the parts of the adapter hand it on: the service that decides it, its sender, and the limits of framing.
 *
 * <p>All other rooms of the adapter use this one. It must not know any of them.
 */
@NullMarked
package dev.plinth.engine.http.call;

import org.jspecify.annotations.NullMarked;
