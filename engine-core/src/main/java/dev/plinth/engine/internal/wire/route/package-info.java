/**
 * Parts of routes: their parameters, bodies, headers and replies.
 */
@NullMarked
package dev.plinth.engine.internal.wire.route;

import org.jspecify.annotations.NullMarked;
